using System.Globalization;
using Aggregator.Core.Replay;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aggregator.Host.Terminal;

/// <summary>
/// Shows on stderr how far a replay is: a bar with the share of bytes, records, rate and event time, where stderr is a terminal; and one line at
/// the end, everywhere. <see cref="Report(long, long, long?)"/> only stores numbers: it may be called for every batch, by one thread at a time.
/// </summary>
public sealed class ReplayProgress : IAsyncDisposable
{
    // of the bar's line: percentage, a hundred million records, a million a second, a time, minutes left
    private const int TextWidth = 86;

    // of a replay that counts no bytes: a ten-thousandth each
    private const long Shares = 10_000;

    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    private readonly TextWriter _error;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly long _total;
    private readonly bool _hasBytes;
    private readonly bool _isPlain;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _bar = Task.CompletedTask;
    private volatile ProgressTask? _task;
    private long _line;
    private long _bytes;
    private long _records;
    private long _eventTimeMs = long.MinValue;

    private ReplayProgress(IAnsiConsole? terminal, TextWriter error, TimeProvider time, long totalBytes, bool hasBytes = true)
    {
        _isPlain = terminal is null;
        _hasBytes = hasBytes;
        _total = Math.Max(1, totalBytes);
        _line = _started = time.GetTimestamp();
        _error = error;
        _time = time;
        if (terminal is not null)
        {
            _bar = terminal.Progress()
                .AutoClear(true)
                .HideCompleted(true)
                .Columns(
                    new ProgressBarColumn { Width = Math.Clamp(terminal.Profile.Width - TextWidth, 5, 40) },
                    new PercentageColumn(), new TextColumn(Describe))
                .StartAsync(async context =>
                {
                    _task = context.AddTask("replay", maxValue: Math.Max(1, totalBytes));
                    _task.Value = Interlocked.Read(ref _bytes);
                    await _closed.Task;
                });
        }
    }

    /// <summary>A bar where stderr is a terminal; else a line every ten seconds.</summary>
    /// <param name="totalBytes">The size of all input.</param>
    /// <param name="time">The clock of the rate.</param>
    /// <param name="isAmongLines">Others write lines on the terminal meanwhile: then there is no bar, which they would tear.</param>
    public static ReplayProgress ForStandardError(long totalBytes, TimeProvider time, bool isAmongLines = false) =>
        new(isAmongLines ? null : Terminal(), Console.Error, time, totalBytes);

    /// <summary>As <see cref="ForStandardError"/>, for input that is not counted in bytes: <see cref="Report(RangeProgress)"/>.</summary>
    /// <param name="time">The clock of the rate.</param>
    /// <param name="isAmongLines">As there.</param>
    public static ReplayProgress ForShares(TimeProvider time, bool isAmongLines = false) =>
        new(isAmongLines ? null : Terminal(), Console.Error, time, Shares, hasBytes: false);

    /// <summary>As <see cref="ForShares"/>, without a bar.</summary>
    public static ReplayProgress PlainForShares(TextWriter error, TimeProvider time) => new(null, error, time, Shares, hasBytes: false);

    /// <param name="progress">How far the replay is.</param>
    public void Report(RangeProgress progress) => Report((long)(progress.Share * Shares), progress.Records, progress.EventTimeMs);

    /// <summary>No bar; the last line goes into <paramref name="error"/>.</summary>
    public static ReplayProgress Plain(TextWriter error, long totalBytes, TimeProvider time) => new(null, error, time, totalBytes);

    /// <param name="bytes">Bytes of input read so far.</param>
    /// <param name="records">Records read so far.</param>
    /// <param name="eventTimeMs">The event time that the replay has reached, ms since the epoch; null before the first record.</param>
    public void Report(long bytes, long records, long? eventTimeMs)
    {
        Interlocked.Exchange(ref _bytes, bytes);
        Interlocked.Exchange(ref _records, records);
        Interlocked.Exchange(ref _eventTimeMs, eventTimeMs ?? long.MinValue);
        if (_task is { } task)
        {
            task.Value = bytes;
        }
        else if (_isPlain && _time.GetElapsedTime(_line) >= LineEvery)
        {
            _line = _time.GetTimestamp();
            _error.WriteLine($"replay: {100 * bytes / _total} %, {Describe(Left(bytes))}");
        }
    }

    /// <summary>Takes the bar away and writes the last line.</summary>
    /// <param name="outcome">What the line ends with, <c>3 windows</c> for example.</param>
    public async Task FinishAsync(string outcome)
    {
        await DisposeAsync();
        TimeSpan took = _time.GetElapsedTime(_started);
        await _error.WriteLineAsync(
            $"replayed {Count(_records)} records{(_hasBytes ? $" ({Size(_bytes)})" : "")} in {Duration(took)}, {Count((long)Rate(took))} records/s: {outcome}");
    }

    /// <summary>Takes the bar away without a last line, as after a failure.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed.TrySetResult();
        await _bar;
    }

    private static IAnsiConsole? Terminal()
    {
        bool isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return isTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }) : null;
    }

    private TimeSpan? Left(long bytes) => bytes <= 0 ? null : _time.GetElapsedTime(_started) * ((double)(_total - bytes) / bytes);

    private string Describe(ProgressTask task) => Describe(task.RemainingTime);

    private string Describe(TimeSpan? timeLeft)
    {
        long eventTime = Interlocked.Read(ref _eventTimeMs);
        string at = eventTime == long.MinValue
            ? ""
            : ", at " + DateTimeOffset.FromUnixTimeMilliseconds(eventTime).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string left = timeLeft is { } remaining && remaining < TimeSpan.FromDays(1) ? $", {Duration(remaining)} left" : "";
        return $"{Count(Interlocked.Read(ref _records))} records, {Count((long)Rate(_time.GetElapsedTime(_started)))}/s{at}{left}";
    }

    private double Rate(TimeSpan took) => took > TimeSpan.Zero ? Interlocked.Read(ref _records) / took.TotalSeconds : 0;

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(long bytes)
    {
        (double value, string unit) = bytes switch
        {
            >= 1_000_000_000 => (bytes / 1e9, "GB"),
            >= 1_000_000 => (bytes / 1e6, "MB"),
            >= 1_000 => (bytes / 1e3, "kB"),
            _ => (bytes, "B"),
        };
        return value.ToString(value < 10 && unit != "B" ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + unit;
    }

    private static string Duration(TimeSpan time) => time.TotalSeconds < 60
        ? time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"
        : time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture) + (time.TotalHours < 1 ? " min" : " h");

    private sealed class TextColumn(Func<ProgressTask, string> text) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(text(task));
    }
}

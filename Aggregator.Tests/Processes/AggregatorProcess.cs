using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>The real program as a child process: its lines on stderr, signals, exit code, memory.</summary>
internal sealed partial class AggregatorProcess : IAsyncDisposable
{
    public const int Term = 15;
    public const int Stop = 19;
    public const int Continue = 18;

    /// <summary>The promise is 10 s (<see cref="Aggregator.Host.Service.AggregatorService.StopLimit"/> and the end of the process); the rest is for a machine that is busy with other things.</summary>
    public static readonly TimeSpan StopBound = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource Seen)> _waits = [];
    private readonly long _started = Stopwatch.GetTimestamp();

    private AggregatorProcess(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Aggregator.Host.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        // The tests of kills, outages, churn and stops hold for both ways out of the client: AGGREGATOR_TEST_TRANSPORT=batch.
        if (Environment.GetEnvironmentVariable("AGGREGATOR_TEST_TRANSPORT") is { Length: > 0 } transport)
        {
            start.Environment["Kafka__Transport"] = transport;
        }
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

    /// <summary>What it said on stderr so far.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    public static AggregatorProcess Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null) => new(arguments, environment);

    /// <summary>Waits for a line on stderr, said already or still to come.</summary>
    /// <exception cref="InvalidOperationException">The process ended without it, or it did not come in time.</exception>
    public async Task LineAsync(string part, TimeSpan? bound = null)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waits)
        {
            if (_log.Any(line => line.Contains(part, StringComparison.Ordinal)))
            {
                return;
            }
            _waits.Add((line => line.Contains(part, StringComparison.Ordinal), seen));
        }
        Task limit = Task.Delay(bound ?? TimeSpan.FromSeconds(120));
        Task first = await Task.WhenAny(seen.Task, limit, _process.WaitForExitAsync());
        if (first != seen.Task && !seen.Task.IsCompleted)
        {
            throw new InvalidOperationException($"'{part}' was not said{(HasEnded ? ", the process ended" : "")}:\n{Text}");
        }
    }

    /// <summary>Where its web server listens.</summary>
    public async Task<Uri> AddressAsync()
    {
        const string Serving = "Serving ";
        await LineAsync(Serving);
        string line = _log.First(line => line.Contains(Serving, StringComparison.Ordinal));
        return new(line[(line.IndexOf(Serving, StringComparison.Ordinal) + Serving.Length)..].Replace("metrics", "", StringComparison.Ordinal));
    }

    public void Signal(int signal) => _ = kill(Id, signal);

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then the exit code and how long it took.</summary>
    public async Task<(int Code, TimeSpan Took)> TerminateAsync(TimeSpan bound)
    {
        long asked = Stopwatch.GetTimestamp();
        Signal(Term);
        return (await ExitAsync(bound), Stopwatch.GetElapsedTime(asked));
    }

    public async Task<int> ExitAsync(TimeSpan bound)
    {
        using CancellationTokenSource limit = new(bound);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The process did not end within {bound}:\n{Text}");
        }
        return _process.ExitCode;
    }

    /// <summary>A value in MiB out of /proc/PID/status: VmRSS, VmHWM (the peak).</summary>
    public double MemoryMiB(string field)
    {
        string line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{Id}/status")).First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Whether it runs, or its exit code, and what it said last.</summary>
    public string State => (HasEnded ? string.Create(CultureInfo.InvariantCulture, $"it ended with {_process.ExitCode}") : "it runs") + ":\n" + Text;

    public string Text => string.Join('\n', _log.TakeLast(60));

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded)
        {
            await KillAsync();
        }
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_waits)
        {
            _log.Enqueue(line);
            foreach ((Func<string, bool> wanted, TaskCompletionSource seen) in _waits)
            {
                if (wanted(line))
                {
                    seen.TrySetResult();
                }
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}

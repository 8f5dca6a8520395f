using System.Diagnostics;

namespace Aggregator.Benchmarks.Start;

/// <summary>What a process says on stderr, and when.</summary>
internal sealed class ServiceLog
{
    private readonly List<(TimeSpan At, string Text)> _lines = [];
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ended = new();
    private readonly SemaphoreSlim _news = new(0);

    /// <param name="process">Its stderr is redirected, and read by nobody else.</param>
    /// <param name="started">When it was started, as a timestamp of <see cref="Stopwatch"/>.</param>
    public ServiceLog(Process process, long started)
    {
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                _ended.SetResult();
            }
            else
            {
                lock (_lock)
                {
                    _lines.Add((Stopwatch.GetElapsedTime(started), line.Data));
                }
            }
            _news.Release();
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Ends when it says no more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Waits for a line with the text; returns what comes after it.</summary>
    public async Task<string> LineAsync(string text)
    {
        while (true)
        {
            if (TextAfter(text) is { } rest)
            {
                return rest;
            }
            if (_ended.Task.IsCompleted)
            {
                throw new InvalidOperationException("The service ended: " + string.Join('\n', _lines.Select(line => line.Text)));
            }
            await _news.WaitAsync();
        }
    }

    /// <summary>What comes after the text in the first line that has it; null where none has.</summary>
    public string? TextAfter(string text)
    {
        lock (_lock)
        {
            return _lines.Find(line => line.Text.Contains(text, StringComparison.Ordinal)).Text is { } found
                ? found[(found.IndexOf(text, StringComparison.Ordinal) + text.Length)..]
                : null;
        }
    }

    /// <summary>When the first line with the text came, from the start of the process.</summary>
    public TimeSpan TimeOf(string text)
    {
        lock (_lock)
        {
            return _lines.First(line => line.Text.Contains(text, StringComparison.Ordinal)).At;
        }
    }
}

using Aggregator.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Commits low-water offsets on a thread of its own: the latest submission wins, the fold never waits. What fails is tried again with the next submission or
/// after a second; what belongs to an assignment that is over is dropped, for the next one starts from what was committed before.
/// </summary>
public sealed class OffsetCommitter : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IOffsetStore _store;
    private readonly ServiceStatus _status;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly LogThrottle _throttle;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private Submission? _waiting;
    private Submission? _underWay;
    private bool _stopping;
    private TaskCompletionSource<bool>? _flush;

    /// <param name="store">Where offsets go; <see cref="KafkaRecordSource.Offsets"/>.</param>
    /// <param name="status">Commits, failures and the time of the last commit are counted there.</param>
    /// <param name="logger">Takes rate-limited lines.</param>
    /// <param name="time">The clock.</param>
    public OffsetCommitter(IOffsetStore store, ServiceStatus status, ILogger<OffsetCommitter> logger, TimeProvider time)
    {
        _store = store;
        _status = status;
        _logger = logger;
        _time = time;
        _throttle = new LogThrottle(time, TimeSpan.FromSeconds(30));
        _thread = new Thread(Run) { IsBackground = true, Name = "kafka-commit" };
        _thread.Start();
    }

    /// <summary>How far the submissions are committed.</summary>
    public CommitProgress Progress { get; } = new();

    /// <summary>Takes offsets to commit; replaces what was not committed yet. Never waits.</summary>
    /// <param name="points">The low-water offset of every assigned partition.</param>
    /// <param name="assignment">The assignment that they belong to (<see cref="SourceElement.Assigned.Number"/>).</param>
    /// <param name="step">Counts submissions; it only grows. 0 where nobody asks <see cref="Progress"/>.</param>
    public void Submit(IReadOnlyList<CommitPoint> points, long assignment, long step = 0)
    {
        lock (_gate)
        {
            _waiting = new Submission(points, assignment, step);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until everything submitted so far is committed.</summary>
    /// <returns>False when that did not happen in time, or when it was dropped.</returns>
    public async Task<bool> FlushAsync(TimeSpan timeout)
    {
        Task<bool> done;
        lock (_gate)
        {
            if (_waiting is null && _underWay is null)
            {
                return true;
            }
            _flush ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            done = _flush.Task;
        }
        Task first = await Task.WhenAny(done, Task.Delay(timeout, _time)).ConfigureAwait(false);
        return first == done && await done.ConfigureAwait(false);
    }

    /// <summary>Ends the thread; a commit under way is left to itself.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        while (Take() is { } submission)
        {
            CommitOutcome outcome = Commit(submission);
            lock (_gate)
            {
                _underWay = null;
                if (outcome == CommitOutcome.Failed && !_stopping)
                {
                    _waiting ??= submission;
                    WaitForRetry(submission);
                }
                if (_waiting is null)
                {
                    _flush?.TrySetResult(outcome == CommitOutcome.Done);
                    _flush = null;
                }
            }
        }
    }

    private Submission? Take()
    {
        lock (_gate)
        {
            while (_waiting is null && !_stopping)
            {
                Monitor.Wait(_gate);
            }
            if (_stopping)
            {
                _flush?.TrySetResult(false);
                return null;
            }
            _underWay = _waiting;
            _waiting = null;
            return _underWay;
        }
    }

    private CommitOutcome Commit(Submission submission)
    {
        CommitOutcome outcome;
        string? problem;
        try
        {
            outcome = _store.Commit(submission.Points, submission.Assignment, out problem);
        }
#pragma warning disable CA1031 // The thread must outlive whatever a client throws; the offsets are tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = CommitOutcome.Failed;
            problem = e.Message;
        }
        switch (outcome)
        {
            case CommitOutcome.Done:
                Progress.Committed(submission.Step);
                _status.Commits.Add();
                _status.LastCommitMs.Value = _time.GetUtcNow().ToUnixTimeMilliseconds();
                _throttle.Reset("commit");
                break;
            case CommitOutcome.Failed:
                _status.CommitFailures.Add();
                if (_throttle.Allows("commit", out int heldBack))
                {
                    _logger.LogWarning("Offsets are not committed: {Problem} ({Count} more since the last line). Trying again.", problem, heldBack);
                }
                break;
            case CommitOutcome.Void when problem is not null:
                _status.CommitFailures.Add();
                _logger.LogInformation("Offsets are not committed: {Problem}. They belong to an assignment that is over.", problem);
                break;
        }
        return outcome;
    }

    // A newer submission, or the end, is reason enough to go on at once.
    private void WaitForRetry(Submission failed)
    {
        long started = _time.GetTimestamp();
        while (!_stopping && ReferenceEquals(_waiting, failed))
        {
            TimeSpan left = RetryAfter - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
            {
                return;
            }
        }
    }

    private sealed record Submission(IReadOnlyList<CommitPoint> Points, long Assignment, long Step);
}

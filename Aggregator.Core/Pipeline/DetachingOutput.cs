using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Pipeline;

/// <summary>
/// Keeps an output that hangs or fails from stopping the others. For <see cref="Patience"/> it holds commits back, and the fold once
/// <see cref="ResultPublisher.MaxUnderWay"/> steps wait; then it is let go: results count as taken, the latest <see cref="MaxBehind"/> are kept for it, older ones are dropped
/// and counted. Once it has taken what was kept, all is as before.
/// </summary>
/// <param name="inner">The output; it becomes this one's.</param>
/// <param name="status">Counts failures and dropped results.</param>
/// <param name="logger">Takes a line when it is let go and when it is back.</param>
/// <param name="time">The clock.</param>
public sealed class DetachingOutput(IResultOutput inner, ServiceStatus status, ILogger<DetachingOutput> logger, TimeProvider time) : IResultOutput
{
    /// <summary>How long an output may take nothing before it is let go: longer than a restart of what is behind it, shorter than people wait for an alert.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>How many results are kept for an output that was let go: half an hour of one-minute windows.</summary>
    public const int MaxBehind = 64;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<FinalResults> _behind = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Counter _dropped = status.OutputDropped.GetOrAdd(inner.Name, _ => new Counter());
    private long? _troubleSince;
    private string? _problem;
    private Task? _catchingUp;
    private int _isDisposed;

    public string Name => inner.Name;

    public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_catchingUp is not null)
            {
                Keep(results);
                return;
            }
        }
        long since = _troubleSince ??= time.GetTimestamp();
        TimeSpan left = Patience - time.GetElapsedTime(since);
        // On a thread of its own: an output may block the one that calls it.
        Task attempt = Task.Run(() => inner.PublishAsync(results, cancellation).AsTask(), CancellationToken.None);
        try
        {
            await attempt.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellation).ConfigureAwait(false);
            _troubleSince = null;
            _problem = null;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            _problem = attempt.Exception?.GetBaseException().Message ?? _problem;
            if (time.GetElapsedTime(since) < Patience)
            {
                throw;
            }
            LetGo(results, attempt);
        }
    }

    public Task WhenSafe()
    {
        lock (_gate)
        {
            return _catchingUp is null ? inner.WhenSafe() : Task.CompletedTask;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_catchingUp is { } catchingUp)
        {
            await catchingUp.ConfigureAwait(false);
        }
        _stop.Dispose();
        await inner.DisposeAsync().ConfigureAwait(false);
    }

    private void LetGo(FinalResults results, Task attempt)
    {
        logger.LogError(
            "Output {Output} has taken nothing for {Patience} min ({Problem}): it holds the others and the commits back no longer. The latest {Kept} results are kept for it, "
            + "older ones are dropped; 'replay' can make them.", Name, Patience.TotalMinutes, _problem ?? "it does not answer", MaxBehind);
        lock (_gate)
        {
            long droppedBefore = _dropped.Value;
            _catchingUp = Task.Run(() => CatchUpAsync(results, attempt, droppedBefore));
        }
    }

    private async Task CatchUpAsync(FinalResults? results, Task attempt, long droppedBefore)
    {
        while (results is not null)
        {
            try
            {
                await attempt.WaitAsync(_stop.Token).ConfigureAwait(false);
                results = Next();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                Abandon();
                return;
            }
#pragma warning disable CA1031 // Whatever an output throws, it is tried again, and counted.
            catch (Exception)
#pragma warning restore CA1031
            {
                status.OutputFailures.GetOrAdd(Name, _ => new Counter()).Add();
                await Task.Delay(Retry, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            if (results is { } next)
            {
                attempt = Task.Run(() => inner.PublishAsync(next, _stop.Token).AsTask(), CancellationToken.None);
            }
        }
        logger.LogWarning("Output {Output} takes results again; {Dropped} were dropped meanwhile.", Name, _dropped.Value - droppedBefore);
    }

    private FinalResults? Next()
    {
        lock (_gate)
        {
            if (_behind.TryDequeue(out FinalResults? next))
            {
                return next;
            }
            _troubleSince = null;
            _problem = null;
            _catchingUp = null;
            return null;
        }
    }

    private void Keep(FinalResults results)
    {
        if (_behind.Count == MaxBehind)
        {
            _behind.Dequeue();
            _dropped.Add();
        }
        _behind.Enqueue(results);
    }

    private void Abandon()
    {
        lock (_gate)
        {
            _dropped.Add(_behind.Count + 1);
            logger.LogError("Output {Output} was let go and has not come back: {Count} results that were kept for it are dropped.", Name, _behind.Count + 1);
            _behind.Clear();
        }
    }
}

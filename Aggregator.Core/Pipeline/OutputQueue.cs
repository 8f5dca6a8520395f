using System.Threading.Channels;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Pipeline;

/// <summary>
/// One output with its queue: publishes results in order and tries again until they are taken. A slow output fills its own queue, whose length
/// <see cref="ResultPublisher.MaxUnderWay"/> bounds, and holds nobody else back before that.
/// </summary>
internal sealed class OutputQueue : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly IResultOutput _output;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Counter _failures;
    private readonly Gauge _queued;
    private readonly Channel<(FinalResults Results, TaskCompletionSource<Task> Published)> _queue =
        Channel.CreateUnbounded<(FinalResults, TaskCompletionSource<Task>)>(new() { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;
    private int _waiting;

    public OutputQueue(IResultOutput output, ServiceStatus status, ILogger logger, TimeProvider time)
    {
        _output = output;
        _logger = logger;
        _time = time;
        _failures = status.OutputFailures.GetOrAdd(output.Name, _ => new Counter());
        _queued = status.OutputQueued.GetOrAdd(output.Name, _ => new Gauge());
        _worker = Task.Run(RunAsync);
    }

    /// <summary>Queues results; the task ends when the output has them, and gives the one that ends when they are safe there.</summary>
    public Task<Task> PublishAsync(FinalResults results)
    {
        TaskCompletionSource<Task> published = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _queued.Value = Interlocked.Increment(ref _waiting);
        _queue.Writer.TryWrite((results, published));
        return published.Task;
    }

    /// <summary>Gives up on what is not published yet.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach ((FinalResults results, TaskCompletionSource<Task> published) in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            bool isPublished = await TryUntilPublishedAsync(results).ConfigureAwait(false);
            _queued.Value = Interlocked.Decrement(ref _waiting);
            if (!isPublished)
            {
                published.TrySetCanceled();
                return;
            }
            published.TrySetResult(_output.WhenSafe());
        }
    }

    private async Task<bool> TryUntilPublishedAsync(FinalResults results)
    {
        TimeSpan wait = FirstRetry;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _output.PublishAsync(results, _stop.Token).ConfigureAwait(false);
                return true;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return false;
            }
#pragma warning disable CA1031 // Whatever an output throws, the others go on, the results are tried again, and it is counted and said.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failures.Add();
                _logger.LogError("Output {Output} failed, trying again in {Wait}: {Problem}", _output.Name, wait, e.Message);
            }
            await WaitAsync(wait).ConfigureAwait(false);
            wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry;
        }
        return false;
    }

    private async Task WaitAsync(TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // told to stop: the loop looks
        }
    }
}

using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Pipeline;

/// <summary>Publishes results to every output, each at its own pace.</summary>
public sealed class ResultPublisher : IAsyncDisposable
{
    /// <summary>How many steps may wait for outputs: half an hour of one-minute windows and their activities. Then the fold waits too.</summary>
    public const int MaxUnderWay = 64;

    /// <summary>
    /// How many steps may be published but not safe yet, so that their offsets wait: days of one-minute windows. An output with a buffer of its own
    /// holds fewer, so that nothing waits for it but commits.
    /// </summary>
    public const int MaxUnsafe = 2 * RemoteWriteOutput.MaxRequests;

    private readonly OutputQueue[] _queues;
    private readonly ServiceStatus _status;

    /// <param name="outputs">Where results go; they stay the caller's.</param>
    /// <param name="status">Takes failures and queue lengths.</param>
    /// <param name="logger">Takes failures.</param>
    /// <param name="time">The clock of retries.</param>
    public ResultPublisher(IReadOnlyList<IResultOutput> outputs, ServiceStatus status, ILogger<ResultPublisher> logger, TimeProvider time)
    {
        _status = status;
        _queues = [.. outputs.Select(output => new OutputQueue(output, status, logger, time))];
    }

    /// <summary>Hands a step's results to all outputs. The task ends when every one of them has taken them.</summary>
    public async Task<PublishedStep> PublishAsync(FoldStep step)
    {
        if (step.Results.IsEmpty)
        {
            return new(step.Offsets, step.Assignment, step.Number, Task.CompletedTask);
        }
        Task[] safe = await Task.WhenAll(_queues.Select(queue => queue.PublishAsync(step.Results))).ConfigureAwait(false);
        _status.WindowsPublished.Add(step.Results.Windows.Count);
        return new(step.Offsets, step.Assignment, step.Number, Task.WhenAll(safe));
    }

    /// <summary>The task ends when the step's results are safe with every output: only then may its offsets be committed.</summary>
    public static async Task<PublishedStep> SafeAsync(PublishedStep step)
    {
        await step.Safe.ConfigureAwait(false);
        return step;
    }

    /// <summary>Gives up on what is not published yet.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (OutputQueue queue in _queues)
        {
            await queue.DisposeAsync().ConfigureAwait(false);
        }
    }
}

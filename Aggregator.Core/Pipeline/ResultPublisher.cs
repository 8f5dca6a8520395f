using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Pipeline;

/// <summary>Publishes results to every output, each at its own pace.</summary>
public sealed class ResultPublisher : IAsyncDisposable
{
    /// <summary>How many steps may wait for outputs: half an hour of one-minute windows and their activities. Then the fold waits too.</summary>
    public const int MaxUnderWay = 64;

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

    /// <summary>Hands a step's results to all outputs. The task ends when every one of them has taken them: only then may the step's offsets be committed.</summary>
    public async Task<FoldStep> PublishAsync(FoldStep step)
    {
        if (!step.Results.IsEmpty)
        {
            await Task.WhenAll(_queues.Select(queue => queue.PublishAsync(step.Results))).ConfigureAwait(false);
            _status.WindowsPublished.Add(step.Results.Windows.Count);
        }
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

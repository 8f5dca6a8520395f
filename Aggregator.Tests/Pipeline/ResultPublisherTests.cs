using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Pipeline;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aggregator.Tests.Pipeline;

public sealed class ResultPublisherTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_output_with_a_buffer_of_its_own_holds_back_commits_and_nothing_else()
    {
        BufferedOutput buffered = new();
        PrometheusOutput page = new(new AggregationSettings());
        await using ResultPublisher publisher = new([page, buffered], new ServiceStatus(), NullLogger<ResultPublisher>.Instance, TimeProvider.System);
        List<Task<PublishedStep>> safe = [];

        for (int minute = 0; minute < 3 * ResultPublisher.MaxUnderWay; minute++)
        {
            PublishedStep published = await publisher.PublishAsync(Step(minute)).WaitAsync(Bound, Aborted);
            safe.Add(ResultPublisher.SafeAsync(published));
        }

        Assert.DoesNotContain(safe, step => step.IsCompleted);
        buffered.Safe.SetResult();
        PublishedStep[] steps = await Task.WhenAll(safe).WaitAsync(Bound, Aborted);
        Assert.Equal(Enumerable.Range(0, steps.Length).Select(number => (long)number), steps.Select(step => step.Assignment));
    }

    [Fact]
    public async Task A_step_is_safe_at_once_where_every_output_is()
    {
        await using ResultPublisher publisher = new([new PrometheusOutput(new AggregationSettings())], new ServiceStatus(), NullLogger<ResultPublisher>.Instance, TimeProvider.System);

        PublishedStep published = await publisher.PublishAsync(Step(0)).WaitAsync(Bound, Aborted);

        Assert.True(published.Safe.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_step_is_not_published_before_the_slowest_output_has_it()
    {
        BufferedOutput slow = new() { Taken = new(TaskCreationOptions.RunContinuationsAsynchronously) };
        slow.Safe.SetResult();
        PrometheusOutput page = new(new AggregationSettings());
        await using ResultPublisher publisher = new([page, slow], new ServiceStatus(), NullLogger<ResultPublisher>.Instance, TimeProvider.System);

        Task<PublishedStep> published = publisher.PublishAsync(Step(0));
        await slow.Asked.Task.WaitAsync(Bound, Aborted);

        Assert.False(published.IsCompleted);
        slow.Taken.SetResult();
        Assert.Equal(0, (await published.WaitAsync(Bound, Aborted)).Assignment);
    }

    private static FoldStep Step(int minute) => new(WindowBuilder.At(minute).Total(online: 1).Final, Array.Empty<CommitPoint>(), minute, minute + 1);

    private sealed class BufferedOutput : IResultOutput
    {
        public TaskCompletionSource Safe { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>When it has what it was given; null for at once.</summary>
        public TaskCompletionSource? Taken { get; init; }

        public string Name => "buffered";

        public ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
        {
            Asked.TrySetResult();
            return new((Taken?.Task ?? Task.CompletedTask).WaitAsync(cancellation));
        }

        public Task WhenSafe() => Safe.Task;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

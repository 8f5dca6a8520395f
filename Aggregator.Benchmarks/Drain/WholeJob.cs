using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Pipeline;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Benchmarks.Drain;

/// <summary>The pipeline of the service from the broker to the page, commits included.</summary>
internal static class WholeJob
{
    /// <param name="settings">The broker, the topics, the group.</param>
    /// <param name="groups">The dimension sets.</param>
    /// <param name="records">How many records there are.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="results">A file that takes the results.</param>
    public static async Task RunAsync(KafkaSettings settings, IReadOnlyList<IReadOnlyList<string>> groups, long records, DrainProgress progress, string results)
    {
        AggregationSettings aggregation = new() { Groups = groups };
        ServiceStatus status = new();
        FoldCounters counters = new();
        using ActorSystem system = ActorSystem.Create("drain", "akka { loglevel = WARNING, stdout-loglevel = OFF }");
        await using PrometheusOutput page = new(aggregation);
        await using FileStream file = new(results, FileMode.Create);
        await using ResultLinesOutput lines = new(results, file, groups);
        await using KafkaRecordSource source = new(settings, new RecordBatchPool(), status, NullLogger<KafkaRecordSource>.Instance, TimeProvider.System);
        using OffsetCommitter committer = new(source.Offsets, status, NullLogger<OffsetCommitter>.Instance, TimeProvider.System);
        await using ResultPublisher publisher = new([page, lines], status, NullLogger<ResultPublisher>.Instance, TimeProvider.System);
        LiveFold fold = new(aggregation, new FieldNames(), settings, counters, status, null, committer.Progress, TimeProvider.System);
        PipelineControl pipeline = AggregatorPipeline.Build(source, fold, publisher, committer).Run(system.Materializer());
        // It makes no garbage, which is counted here.
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(2));
        while (progress.Records < records && await timer.WaitForNextTickAsync())
        {
            if (pipeline.Completion.IsCompleted)
            {
                await pipeline.Completion;
                throw new InvalidOperationException("The pipeline ended before all records were read.");
            }
            progress.Records = counters.Records(RecordTopic.Latency) + counters.Records(RecordTopic.Ack);
        }
        pipeline.Source.Complete();
        await pipeline.Completion;
        await pipeline.Source.StopAsync(TimeSpan.FromSeconds(5));
        await system.Terminate();
    }
}

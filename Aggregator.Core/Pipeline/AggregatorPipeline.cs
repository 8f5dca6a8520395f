using Aggregator.Core.Kafka;
using Akka.Streams.Dsl;

namespace Aggregator.Core.Pipeline;

/// <summary>The way of the data, from top to bottom.</summary>
public static class AggregatorPipeline
{
    /// <param name="source">Reads both topics, a batch an element.</param>
    /// <param name="fold">Turns batches into final windows.</param>
    /// <param name="publisher">Hands final windows to the outputs; steps leave it in order, each when every output has it.</param>
    /// <param name="committer">Commits offsets that nothing unpublished needs any more.</param>
    public static IRunnableGraph<PipelineControl> Build(
        KafkaRecordSource source, LiveFold fold, ResultPublisher publisher, OffsetCommitter committer) =>
        Source.FromGraph(new KafkaSourceStage(source))
            .Via(new FoldStage(fold, source.Pool))
            .SelectAsync(ResultPublisher.MaxUnderWay, publisher.PublishAsync)
            // Only commits wait for what an output still has in a buffer of its own.
            .SelectAsync(ResultPublisher.MaxUnsafe, ResultPublisher.SafeAsync)
            .ToMaterialized(
                Sink.ForEach<PublishedStep>(step => committer.Submit(step.Offsets, step.Assignment, step.Number)),
                (control, completion) => new PipelineControl(control, completion))
            .Named("aggregator");
}

using Aggregator.Core.Kafka;

namespace Aggregator.Core.Pipeline;

/// <summary>A running pipeline.</summary>
/// <param name="Source">The source's control.</param>
/// <param name="Completion">Ends when the stream has ended: in order after the source was completed, or with the failure that ended it.</param>
public sealed record PipelineControl(KafkaSourceControl Source, Task Completion);

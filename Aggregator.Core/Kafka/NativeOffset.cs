using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>An offset of a partition with the metadata that is committed beside it.</summary>
internal readonly record struct NativeOffset(TopicPartition Partition, long Offset, string? Metadata);

using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>The low-water offset of a partition: the first record that something not yet published still needs, with what must be known there.</summary>
public sealed record CommitPoint(PartitionId Partition, long Offset, CommitMetadata Metadata);

namespace Aggregator.Core.Records;

/// <summary>A part of a partition's log that is to be read.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Start">The first offset.</param>
/// <param name="Stop">The offset behind the last one.</param>
public readonly record struct LogSection(PartitionId Partition, long Start, long Stop);

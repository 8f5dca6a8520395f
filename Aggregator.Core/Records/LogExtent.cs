namespace Aggregator.Core.Records;

/// <summary>What there is of a partition's log.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Earliest">The first offset that retention has left; 0 where it took nothing yet.</param>
/// <param name="End">The offset behind the last record that can be read.</param>
public readonly record struct LogExtent(PartitionId Partition, long Earliest, long End);

namespace Aggregator.Core.Replay;

/// <summary>Where a replay stands in one partition.</summary>
/// <param name="Topic">0 for messages, 1 for acknowledgements.</param>
/// <param name="Partition">The number of the partition.</param>
/// <param name="LowOffset">The first record that an open window still needs.</param>
/// <param name="LowWatermarkMs">W(p) just before it; null for none.</param>
/// <param name="NextOffset">The first record that was not read.</param>
/// <param name="End">Where the partition is over for this replay.</param>
public sealed record PartitionCheckpoint(int Topic, int Partition, long LowOffset, long? LowWatermarkMs, long NextOffset, long End);

namespace Aggregator.Core.Replay;

/// <summary>
/// What a replay of a range needs to go on after it broke off: as the service does after a crash (ADR 2), it reads again from low-water offsets what open windows need, and keeps silent
/// about what was given out.
/// </summary>
/// <param name="FinalThroughMs">Windows that end at or before it were given out.</param>
/// <param name="LastWindowMs">The start of the last window with facts, or filled, that was given out; null for none.</param>
/// <param name="Windows">Windows of the range that were given out.</param>
/// <param name="Counters">The counts up to here, as <see cref="Aggregator.Core.Windows.FoldCounters.Save"/> gives them.</param>
/// <param name="Partitions">Where each partition stands.</param>
public sealed record RangeCheckpoint(
    long? FinalThroughMs, long? LastWindowMs, long Windows, IReadOnlyList<long> Counters, IReadOnlyList<PartitionCheckpoint> Partitions);

namespace Aggregator.Core.Replay;

/// <summary>How far a replay of a range is.</summary>
/// <param name="Records">Records read.</param>
/// <param name="Share">The share of the way that is behind it, 0 to 1, as far as that can be said.</param>
/// <param name="EventTimeMs">The event time that all partitions have reached, ms since the epoch; null at first.</param>
public readonly record struct RangeProgress(long Records, double Share, long? EventTimeMs);

namespace Aggregator.Core.Comparison;

/// <summary>What the service said of itself in the time of some windows: counters that grew, and when it was started.</summary>
/// <param name="AfterIdle">By the end of a window: late facts of idle partitions that were counted from its beginning to as long after it as values are looked for.</param>
/// <param name="Lost">The same of records that retention had taken before they were read.</param>
/// <param name="LostSinceStart">All of these that a process counted, for one that was started within that time: its counter is at its value when it is scraped first.</param>
/// <param name="Limited">The same of facts that limits left out.</param>
/// <param name="StartsMs">When processes of the service were started, in order.</param>
internal sealed record ServiceEvidence(
    IReadOnlyDictionary<long, double> AfterIdle, IReadOnlyDictionary<long, double> Lost, IReadOnlyDictionary<long, double> LostSinceStart, IReadOnlyDictionary<long, double> Limited,
    IReadOnlyList<long> StartsMs)
{
    /// <summary>A start between two times, the last one; null for none.</summary>
    public long? StartBetween(long fromMs, long toMs) => StartsMs.Where(start => start > fromMs && start <= toMs).Select(start => (long?)start).LastOrDefault();
}

using Aggregator.Core.Records;

namespace Aggregator.Core.Replay;

/// <summary>What a replay will do with a partition.</summary>
/// <param name="Extent">What there is of it.</param>
/// <param name="FirstLeftMs">The Kafka timestamp of its first record, ms since the epoch; null where there is no record, or it has none.</param>
/// <param name="WholeFromMs">The first window that retention has certainly not cut into; null where it took nothing yet, or that cannot be known.</param>
/// <param name="FirstOffset">About where it will be read from.</param>
/// <param name="StopOffset">About where reading will stop.</param>
public sealed record PlannedPartition(LogExtent Extent, long? FirstLeftMs, long? WholeFromMs, long FirstOffset, long StopOffset)
{
    /// <summary>Retention took all of its records: what they were, nobody knows.</summary>
    public bool IsEmptied => Extent.Earliest > 0 && Extent.Earliest >= Extent.End;
}

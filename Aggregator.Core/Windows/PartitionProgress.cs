using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>How far the fold has come in a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="NextOffset">The offset behind the last record read.</param>
/// <param name="WatermarkMs">W(p), or <see cref="EventTime.PartitionWatermark.None"/>.</param>
/// <param name="ReachedMs">How far event time has come in it: W(p), or further where time passed over it while it was idle.</param>
/// <param name="Rejected">Records rejected.</param>
/// <param name="Late">Late facts.</param>
public readonly record struct PartitionProgress(PartitionId Partition, long NextOffset, long WatermarkMs, long ReachedMs, long Rejected, long Late)
{
    /// <summary>Why the last of the rejected records was; <see cref="RejectReason.None"/> where there is none.</summary>
    public RejectReason LastRejectReason { get; init; }

    /// <summary>Where it lies.</summary>
    public long LastRejectOffset { get; init; }
}

namespace Aggregator.Core.Diagnostics;

/// <summary>Where the service stands in one partition. Immutable; the pipeline replaces it.</summary>
/// <param name="Topic">The topic's name in the cluster.</param>
/// <param name="Partition">The number of the partition.</param>
/// <param name="Position">The offset that is read next; -1 when nothing was read yet.</param>
/// <param name="EndOffset">The end of the log as last asked; -1 when not known yet.</param>
/// <param name="WatermarkMs">W(p) in ms since the epoch; null while it is minus infinity.</param>
/// <param name="Idle">Read to its end and empty for <c>IdleTimeout</c>: it holds the others back no longer.</param>
/// <param name="Rejected">Records of it that were rejected.</param>
/// <param name="Late">Facts of it that were late.</param>
public sealed record PartitionStatus(
    string Topic, int Partition, long Position, long EndOffset, long? WatermarkMs, bool Idle, long Rejected, long Late)
{
    /// <summary>The last of the rejected records; null where there is none.</summary>
    public RejectedRecord? LastRejected { get; init; }

    /// <summary>Records not read yet; null when the end is not known.</summary>
    public long? Lag => EndOffset < 0 || Position < 0 ? null : Math.Max(0, EndOffset - Position);
}

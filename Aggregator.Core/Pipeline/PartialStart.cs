using Aggregator.Core.EventTime;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Pipeline;

/// <summary>
/// Knows which windows were seen only in part, because reading began at the end of the log without a committed position (SPEC section 5), or at one of which nothing
/// else is known (<see cref="AssignedPartition.IsPartial"/>): those that begin before the first record read, in each partition, but not later than the moment of the start, since from then on nothing was missed.
/// </summary>
internal sealed class PartialStart(AggregationSettings settings, IReadOnlyList<AssignedPartition> partitions, DateTimeOffset startedAt)
{
    private readonly long _sizeMs = (long)settings.Window.TotalMilliseconds;
    private readonly long _latenessMs = (long)settings.Lateness.TotalMilliseconds;
    private readonly HashSet<PartitionId> _unseen = [.. partitions.Where(partition => partition.IsPartial).Select(partition => partition.Partition)];

    /// <summary>A partition has this watermark after its first records.</summary>
    /// <returns>The end of the last window that the partition shows only in part; null where the partition tells nothing new.</returns>
    public long? Observe(PartitionId partition, long watermarkMs)
    {
        if (_unseen.Count == 0 || watermarkMs == PartitionWatermark.None || !_unseen.Remove(partition))
        {
            return null;
        }
        long firstMs = Math.Min(watermarkMs + _latenessMs, startedAt.ToUnixTimeMilliseconds());
        return ((firstMs / _sizeMs) + 1) * _sizeMs;
    }
}

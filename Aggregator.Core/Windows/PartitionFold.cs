using Aggregator.Core.EventTime;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>What the fold keeps of one partition.</summary>
internal sealed class PartitionFold(PartitionId id, LogPosition start)
{
    // Not readonly and no property: it is a struct that changes in place.
    public PartitionWatermark Watermark = new(start.WatermarkMs);

    public PartitionId Id { get; } = id;

    /// <summary>The offset behind the last record that was read.</summary>
    public long NextOffset { get; set; } = start.Offset;

    public NeededPositions Needed { get; } = new();

    /// <summary>The batch that it was seen in last, to notice a new one.</summary>
    public long BatchNumber { get; set; }

    public long Rejected { get; set; }

    public RejectReason LastRejectReason { get; set; }

    public long LastRejectOffset { get; set; }

    public long Late { get; set; }

    public LogPosition Next => new(NextOffset, Watermark.Ms);
}

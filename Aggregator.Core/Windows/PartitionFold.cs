using Aggregator.Core.EventTime;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>What the fold keeps of one partition.</summary>
internal sealed class PartitionFold(PartitionId id, LogPosition start, IReadOnlyList<IdlePassage> passages)
{
    // Not readonly and no property: it is a struct that changes in place.
    public PartitionWatermark Watermark = new(start.WatermarkMs);

    public PartitionId Id { get; } = id;

    /// <summary>The offset behind the last record that was read.</summary>
    public long NextOffset { get; set; } = start.Offset;

    public NeededPositions Needed { get; } = new();

    /// <summary>When time passed over it.</summary>
    public IdlePassages Passages { get; } = new(passages, start.Offset);

    /// <summary>The batch that it was seen in last, to notice a new one.</summary>
    public long BatchNumber { get; set; }

    public long Rejected { get; set; }

    public RejectReason LastRejectReason { get; set; }

    public long LastRejectOffset { get; set; }

    public long Late { get; set; }

    public PartitionProgress Progress => new(Id, NextOffset, Watermark.Ms, ReachedMs, Rejected, Late)
    {
        LastRejectReason = LastRejectReason,
        LastRejectOffset = LastRejectOffset,
    };

    public LogPosition Next => new(NextOffset, Watermark.Ms);

    /// <summary>How far event time has come: by its records, or without them.</summary>
    public long ReachedMs => Math.Max(Watermark.Ms, Passages.TimeMs);
}

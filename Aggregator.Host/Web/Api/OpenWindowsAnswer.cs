using System.ComponentModel;
using Aggregator.Core.Diagnostics;

namespace Aggregator.Host.Web.Api;

/// <summary>Answer of <c>/api/open-windows</c>.</summary>
internal sealed record OpenWindowsAnswer(
    [property: Description("Windows of which something is not final; older ones that a later one still needs included.")] long Count,
    [property: Description("Event time that every partition has reached, idle ones aside, milliseconds since 1970; absent before the first.")] long? WatermarkMs,
    [property: Description("The earliest of them, in order.")] IReadOnlyList<OpenWindowLine> Windows)
{
    /// <summary>Partitions that are named for one window.</summary>
    public const int MaxHolders = 8;

    public static OpenWindowsAnswer Of(ServiceView view)
    {
        ServiceStatus status = view.Status;
        long ackTimeoutMs = (long)view.Settings.Aggregation.AckTimeout.TotalMilliseconds;
        IReadOnlyList<PartitionStatus> partitions = status.Partitions;
        return new(
            status.OpenWindows.Value,
            status.WatermarkMs.Value == 0 ? null : status.WatermarkMs.Value,
            [.. status.OpenWindowList.Select(window => Line(window, ackTimeoutMs, partitions))]);
    }

    private static OpenWindowLine Line(OpenWindowStatus window, long ackTimeoutMs, IReadOnlyList<PartitionStatus> partitions)
    {
        long needed = window.ActivityIsFinal ? window.EndMs + ackTimeoutMs : window.EndMs;
        PartitionStatus[] holders =
        [
            .. partitions.Where(partition => !partition.Idle && (partition.WatermarkMs ?? long.MinValue) < needed)
                .OrderBy(partition => partition.WatermarkMs ?? long.MinValue),
        ];
        return new(
            window.StartMs,
            window.EndMs - window.StartMs,
            window.ActivityIsFinal ? "delivery" : "activity",
            needed,
            holders.Length,
            [.. holders.Take(MaxHolders).Select(partition => new PartitionName(partition.Topic, partition.Partition, partition.WatermarkMs))]);
    }
}

/// <summary>A window that is not final, and what it waits for.</summary>
internal sealed record OpenWindowLine(
    [property: Description("Start of the window, milliseconds since 1970.")] long WindowStart,
    [property: Description("Size of the window in milliseconds.")] long WindowMs,
    [property: Description("'activity': nothing of it is final; 'delivery': acknowledgements are awaited.")] string WaitsFor,
    [property: Description("The watermark that every partition must reach, milliseconds since 1970.")] long NeededWatermarkMs,
    [property: Description("Partitions that have not reached it; 0 where all of them are idle and the clock decides.")] int HeldByCount,
    [property: Description("Those that are furthest behind.")] IReadOnlyList<PartitionName> HeldBy);

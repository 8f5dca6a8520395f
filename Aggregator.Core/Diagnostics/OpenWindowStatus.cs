namespace Aggregator.Core.Diagnostics;

/// <summary>A window with facts of which something is not final yet.</summary>
/// <param name="StartMs">Its start, ms since the epoch.</param>
/// <param name="EndMs">The first millisecond after it.</param>
/// <param name="ActivityIsFinal">Whether only its delivery is still open.</param>
public sealed record OpenWindowStatus(long StartMs, long EndMs, bool ActivityIsFinal);

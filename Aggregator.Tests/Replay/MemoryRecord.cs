namespace Aggregator.Tests.Replay;

/// <summary>A record of a <see cref="MemoryLog"/>.</summary>
internal sealed record MemoryRecord(long Offset, long TimestampMs, byte[] Value);

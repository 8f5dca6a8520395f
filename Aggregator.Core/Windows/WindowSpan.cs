namespace Aggregator.Core.Windows;

/// <summary>A tumbling window <c>[StartMs, EndMs)</c>, in milliseconds since the epoch.</summary>
public readonly record struct WindowSpan(long StartMs, long SizeMs)
{
    /// <summary>The first millisecond after the window.</summary>
    public long EndMs => StartMs + SizeMs;
}

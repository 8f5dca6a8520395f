namespace Aggregator.Core.Replay;

/// <summary>The windows whose start lies in <c>[FromMs, ToMs)</c>.</summary>
/// <param name="FromMs">The start of the first window, ms since the epoch; null for the first that there is.</param>
/// <param name="ToMs">The end of the last window, ms since the epoch; null for the last that there is.</param>
public sealed record ReplayRange(long? FromMs, long? ToMs)
{
    /// <summary>All windows that there are.</summary>
    public static ReplayRange Everything { get; } = new(null, null);

    /// <summary>The windows that start at or after one time and before another.</summary>
    public static ReplayRange Of(long? fromMs, long? toMs, TimeSpan window)
    {
        long size = (long)window.TotalMilliseconds;
        return new(RoundUp(fromMs, size), RoundUp(toMs, size));
    }

    /// <summary>Whether a window is in the range.</summary>
    public bool Contains(long windowStartMs) => !(windowStartMs < FromMs) && !(windowStartMs >= ToMs);

    private static long? RoundUp(long? timeMs, long size) => (timeMs + size - 1) / size * size;
}

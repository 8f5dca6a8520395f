namespace Aggregator.Core.Comparison;

/// <summary>A moment at which a result of a window was recorded.</summary>
/// <param name="Source">Whose: the labels that the series have besides their own, <c>{instance="a:9464",job="aggregator"}</c>.</param>
/// <param name="WindowEndMs">The end of the window, ms since the epoch.</param>
/// <param name="TimeMs">The time of the samples, ms since the epoch.</param>
public sealed record Recording(string Source, long WindowEndMs, long TimeMs)
{
    /// <summary>Whether it was written at the window's end, by remote write or from a file, and not scraped later.</summary>
    public bool IsWritten => TimeMs == WindowEndMs;
}

namespace Aggregator.Core.EventTime;

/// <summary>The watermark W(p) of one partition (SPEC section 3): how far its event time has certainly come. It never goes back.</summary>
public struct PartitionWatermark
{
    /// <summary>Minus infinity: nothing was read yet.</summary>
    public const long None = long.MinValue;

    /// <summary>Ms since the epoch, or <see cref="None"/>.</summary>
    public long Ms { get; private set; }

    /// <param name="ms">Where it starts: <see cref="None"/>, or what was known when reading stopped.</param>
    public PartitionWatermark(long ms) => Ms = ms;

    /// <summary>A record that was not rejected moves it, after it was judged.</summary>
    public void Observe(long reportMs, long latenessMs) => Ms = Math.Max(Ms, reportMs - latenessMs);

    /// <summary>Whether a window, or a cohort's time, that ends at <paramref name="endMs"/> is over for the partition.</summary>
    public readonly bool HasPassed(long endMs) => endMs <= Ms;
}

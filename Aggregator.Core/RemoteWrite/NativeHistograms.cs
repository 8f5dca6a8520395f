using Aggregator.Core.Sketches;

namespace Aggregator.Core.RemoteWrite;

/// <summary>Folds latencies into native histograms, in seconds.</summary>
internal static class NativeHistograms
{
    /// <summary>
    /// 16 buckets for each power of two, 4.4 % wide: a quantile is at most that far off. 60,000 lognormal samples of median 90 ms fill 145 of them, and 971 of schema 8, the one of
    /// <see cref="LatencyBuckets"/>.
    /// </summary>
    public const int Schema = 4;

    /// <summary>Samples of 0 ms are in the zero bucket; the smallest other one is 1 ms.</summary>
    public const double ZeroThreshold = 0.0005;

    private const int Shift = 8 - Schema;

    /// <summary>The samples of one window. Each histogram stands for itself (a gauge), so that the same window gives the same one after a restart too.</summary>
    public static NativeHistogram Of(LatencyHistogram samples, long timeMs)
    {
        NativeHistogram histogram = new()
        {
            CountInt = (ulong)samples.Count,
            Sum = samples.Sum / 1000.0,
            Schema = Schema,
            ZeroThreshold = ZeroThreshold,
            ZeroCountInt = 0,
            ResetHint = NativeHistogram.Types.ResetHint.Gauge,
            Timestamp = timeMs,
        };
        long before = 0;
        int next = 0;
        foreach ((int index, long count) in Fold(samples, histogram))
        {
            if (histogram.PositiveSpans.Count == 0 || index != next)
            {
                histogram.PositiveSpans.Add(new BucketSpan { Offset = index - next });
            }
            histogram.PositiveSpans[^1].Length++;
            histogram.PositiveDeltas.Add(count - before);
            before = count;
            next = index + 1;
        }
        return histogram;
    }

    /// <summary>What says that the series has ended: a histogram whose sum is the stale marker.</summary>
    public static NativeHistogram Stale(long timeMs) => new()
    {
        CountInt = 0,
        ZeroCountInt = 0,
        Sum = StaleMarker.Value,
        Schema = Schema,
        ZeroThreshold = ZeroThreshold,
        ResetHint = NativeHistogram.Types.ResetHint.Gauge,
        Timestamp = timeMs,
    };

    private static SortedDictionary<int, long> Fold(LatencyHistogram samples, NativeHistogram histogram)
    {
        SortedDictionary<int, long> counts = [];
        foreach ((_, uint upperMs, long count) in samples.Buckets())
        {
            if (upperMs == 0)
            {
                histogram.ZeroCountInt = (ulong)count;
                continue;
            }
            // Of schema 8 every 16 buckets are one; their upper end is that of the last: rounded up.
            int index = (LatencyBuckets.NativeIndexOf(upperMs) + (1 << Shift) - 1) >> Shift;
            counts[index] = counts.GetValueOrDefault(index) + count;
        }
        return counts;
    }
}

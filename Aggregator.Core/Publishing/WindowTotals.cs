using System.Collections.Immutable;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>Sums over the windows whose delivery has become final since the start, each window once. Immutable: a snapshot keeps the one it was made with.</summary>
internal sealed record WindowTotals
{
    /// <summary>Error codes that have a series of their own; those that come later are counted together as <see cref="OtherCode"/>.</summary>
    public const int MaxErrorCodes = 200;

    public const string OtherCode = "other";

    /// <summary>
    /// Upper bounds of the buckets of <c>im_latency_seconds</c>, in ms. Steps of at most 2.5 keep the error of <c>histogram_quantile</c> small at 15 series.
    /// Above 4,096 ms <see cref="Sketches.LatencyHistogram.CountAtMost"/> is exact at 1000·2ⁿ only: therefore 4, 8, 16 s and not 5, 10, 20 s.
    /// </summary>
    public static ImmutableArray<uint> BucketBoundsMs { get; } =
        [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];

    public static WindowTotals Zero { get; } = new();

    public long Sent { get; private init; }

    public long Delivered { get; private init; }

    public long Received { get; private init; }

    public long Acks { get; private init; }

    public ImmutableSortedDictionary<string, long> AckErrors { get; private init; } = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    public long Samples { get; private init; }

    public long SampleSumMs { get; private init; }

    /// <summary>Samples of at most each bound of <see cref="BucketBoundsMs"/>.</summary>
    public ImmutableArray<long> SamplesAtMost { get; private init; } = [.. new long[BucketBoundsMs.Length]];

    public WindowTotals Plus(WindowResult window)
    {
        if (window.Groups.Count == 0 || !window.Groups[0].Group.IsTotal)
        {
            return this;
        }
        GroupResult total = window.Groups[0];
        WindowTotals sum = this with
        {
            Sent = Sent + total.Delivery.Sent,
            Delivered = Delivered + total.Delivery.Delivered,
            Received = Received + total.Activity.Received,
            Acks = Acks + total.Activity.Acks,
            AckErrors = PlusErrors(total.Activity.AckErrors),
        };
        return total.Activity.Latency is { } latency ? sum.PlusSamples(latency) : sum;
    }

    private WindowTotals PlusSamples(LatencyStatistics latency) => this with
    {
        Samples = Samples + latency.Samples.Count,
        SampleSumMs = SampleSumMs + latency.Samples.Sum,
        SamplesAtMost = [.. SamplesAtMost.Zip(BucketBoundsMs, (count, bound) => count + latency.Samples.CountAtMost(bound))],
    };

    private ImmutableSortedDictionary<string, long> PlusErrors(IReadOnlyList<KeyValuePair<string, long>> errors)
    {
        ImmutableSortedDictionary<string, long> all = AckErrors;
        foreach ((string code, long count) in errors)
        {
            string key = all.ContainsKey(code) || all.Count < MaxErrorCodes ? code : OtherCode;
            all = all.SetItem(key, all.GetValueOrDefault(key) + count);
        }
        return all;
    }
}

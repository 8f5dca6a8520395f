using Aggregator.Core.Sketches;
using CsCheck;
using MathNet.Numerics.Statistics;
using Xunit;

namespace Aggregator.Tests.Sketches;

/// <summary>The laws of the histogram, against the sorted samples themselves.</summary>
public sealed class LatencyHistogramPropertyTests
{
    private const double Allowed = 0.002;

    // Short and long lists, small, usual and huge samples, many equal ones.
    private static readonly Gen<uint[]> Samples = Gen.OneOf(
        Gen.UInt[0, LatencyBuckets.MaxSample].Array[1, 600],
        Gen.UInt[0, 30].Array[1, 2_000],
        Gen.UInt[3_900, 4_300].Array[1, 2_000],
        Gen.Select(Gen.Double[0, 18.2], Gen.Int[0, 1]).Select((log, more) => (uint)Math.Min(LatencyBuckets.MaxSample, Math.Exp(log) + more)).Array[1, 3_000]);

    [Fact]
    public void Percentiles_are_the_nearest_rank_exact_below_4096_and_within_two_per_mille_above() =>
        Gen.Select(Samples, Gen.Int[0, 1_000]).Sample((samples, perMille) =>
        {
            LatencyHistogram histogram = Of(samples);
            double[] sorted = [.. samples.Order().Select(sample => (double)sample)];
            foreach (int p in new[] { perMille, 500, 950, 990, 1_000 })
            {
                long rank = Math.Max(1, ((p * (long)sorted.Length) + 999) / 1_000);
                double exact = SortedArrayStatistics.OrderStatistic(sorted, (int)rank);
                long given = histogram.Percentile(p / 1_000.0);
                Assert.True(
                    exact < 4_096 || samples.Length <= 256 || rank == sorted.Length ? given == exact : Math.Abs(given - exact) <= Allowed * exact,
                    $"{p} per mille of {samples.Length} samples: {given} for {exact}");
                Assert.True(given <= sorted[^1]);
            }
        }, iter: 400);

    [Fact]
    public void Count_sum_mean_and_maximum_are_exact() =>
        Samples.Sample(samples =>
        {
            LatencyHistogram histogram = Of(samples);
            Assert.Equal(samples.Length, histogram.Count);
            Assert.Equal(samples.Sum(sample => (long)sample), histogram.Sum);
            Assert.Equal(samples.Max(), histogram.Max);
            Assert.Equal((double)samples.Sum(sample => (long)sample) / samples.Length, histogram.Mean);
        }, iter: 200);

    [Fact]
    public void Order_and_ways_of_merging_do_not_show() =>
        Gen.Select(Samples, Gen.Int[1, 5], Gen.ULong).Sample((samples, parts, seed) =>
        {
            var random = new RandomHashes(seed);
            var split = new LatencyHistogram[parts];
            for (int i = 0; i < parts; i++)
            {
                split[i] = new LatencyHistogram();
            }
            foreach (uint sample in samples.Reverse())
            {
                split[random.Next() % (ulong)parts].Add(sample);
            }
            var merged = new LatencyHistogram();
            foreach (LatencyHistogram part in split)
            {
                merged.Merge(part);
            }
            AssertSame(Of(samples), merged);
        }, iter: 300);

    [Fact]
    public void Merging_leaves_the_other_as_it_is() =>
        Gen.Select(Samples, Samples).Sample((left, right) =>
        {
            LatencyHistogram other = Of(right);
            Of(left).Merge(other);
            AssertSame(Of(right), other);
        }, iter: 100);

    [Fact]
    public void Counts_up_to_a_bound_are_exact_below_4096_and_close_to_it_above() =>
        Gen.Select(Samples, Gen.UInt[0, 5_000], Gen.UInt[0, LatencyBuckets.MaxSample]).Sample((samples, low, any) =>
        {
            LatencyHistogram histogram = Of(samples);
            foreach (uint bound in new[] { low, any, 4_000u, 8_000u, 64_000u })
            {
                long given = histogram.CountAtMost(bound);
                if (bound < 4_096 || samples.Length <= 256 || bound is 4_000 or 8_000 or 64_000)
                {
                    Assert.Equal(samples.Count(sample => sample <= bound), given);
                }
                else
                {
                    Assert.InRange(
                        given, samples.Count(sample => sample <= bound * (1 - Allowed)), samples.Count(sample => sample <= bound * (1 + Allowed)));
                }
            }
        }, iter: 300);

    [Fact]
    public void Enough_samples_are_at_most_the_percentile() =>
        Gen.Select(Samples, Gen.Int[1, 1_000]).Sample((samples, perMille) =>
        {
            LatencyHistogram histogram = Of(samples);
            long percentile = histogram.Percentile(perMille / 1_000.0);
            Assert.True(histogram.CountAtMost((uint)percentile) * 1_000 >= (long)perMille * samples.Length);
        }, iter: 300);

    [Fact]
    public void Buckets_hold_exactly_the_samples_between_their_ends() =>
        Samples.Sample(samples =>
        {
            (uint LowerMs, uint UpperMs, long Count)[] buckets = [.. Of(samples).Buckets()];
            Assert.Equal(samples.Length, buckets.Sum(bucket => bucket.Count));
            Assert.Equal(buckets.OrderBy(bucket => bucket.LowerMs), buckets);
            Assert.All(buckets, bucket => Assert.Equal(samples.Count(sample => sample >= bucket.LowerMs && sample <= bucket.UpperMs), bucket.Count));
        }, iter: 30);

    private static void AssertSame(LatencyHistogram expected, LatencyHistogram actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Sum, actual.Sum);
        Assert.Equal(expected.Max, actual.Max);
        Assert.Equal(expected.Buckets(), actual.Buckets());
        for (int perMille = 0; perMille <= 1_000; perMille += 50)
        {
            Assert.Equal(expected.Percentile(perMille / 1_000.0), actual.Percentile(perMille / 1_000.0));
        }
        foreach (uint bound in new uint[] { 10, 4_095, 5_000, 77_777 })
        {
            Assert.Equal(expected.CountAtMost(bound), actual.CountAtMost(bound));
        }
    }

    private static LatencyHistogram Of(uint[] samples)
    {
        var histogram = new LatencyHistogram();
        foreach (uint sample in samples)
        {
            histogram.Add(sample);
        }
        return histogram;
    }
}

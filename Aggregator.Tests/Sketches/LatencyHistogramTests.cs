using Aggregator.Core.Sketches;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void An_empty_histogram_has_counts_but_no_statistics()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal(0, histogram.Count);
        Assert.Equal(0, histogram.Sum);
        Assert.Equal(0, histogram.CountAtMost(1_000));
        Assert.Empty(histogram.Buckets());
        Assert.Throws<InvalidOperationException>(() => histogram.Max);
        Assert.Throws<InvalidOperationException>(() => histogram.Mean);
        Assert.Throws<InvalidOperationException>(() => histogram.Percentile(0.5));
    }

    [Fact]
    public void One_sample_is_every_percentile()
    {
        LatencyHistogram histogram = Of(7);

        Assert.Equal([7, 7, 7], new[] { 0.0, 0.5, 1.0 }.Select(histogram.Percentile));
        Assert.Equal(7u, histogram.Max);
        Assert.Equal(7.0, histogram.Mean);
    }

    [Theory]
    [InlineData(20, 0.95, 19)]
    [InlineData(100, 0.07, 7)] // in doubles these three products are a little over 7, 14 and 55
    [InlineData(100, 0.14, 14)]
    [InlineData(100, 0.55, 55)]
    [InlineData(100, 0.5, 50)]
    [InlineData(101, 0.5, 51)]
    [InlineData(1000, 0.999, 999)]
    [InlineData(1000, 0.29, 290)]
    [InlineData(1000, 0.57, 570)]
    [InlineData(300, 0.99, 297)]
    [InlineData(4000, 0.0001, 1)]
    [InlineData(4000, 0.99999, 4000)]
    [InlineData(3, 0.0, 1)]
    public void The_rank_is_that_of_the_decimal_number(int samples, double q, long expected)
    {
        var histogram = new LatencyHistogram();
        for (uint sample = 1; sample <= samples; sample++)
        {
            histogram.Add(sample);
        }

        Assert.Equal(expected, histogram.Percentile(q));
    }

    [Fact]
    public void All_per_mille_ranks_agree_with_whole_number_arithmetic()
    {
        var histogram = new LatencyHistogram();
        for (uint count = 1; count <= 4_000; count++)
        {
            histogram.Add(count);
            for (int perMille = (int)(count % 7); perMille <= 1_000; perMille += 71)
            {
                long rank = Math.Max(1, (((long)perMille * count) + 999) / 1_000);
                Assert.Equal(rank, histogram.Percentile(perMille / 1_000.0));
            }
        }
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(95)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_q_outside_of_0_to_1_is_refused(double q) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(1).Percentile(q));

    [Fact]
    public void A_day_is_the_largest_sample()
    {
        LatencyHistogram histogram = Of(LatencyBuckets.MaxSample);

        Assert.Equal(86_400_000, histogram.Percentile(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Add(LatencyBuckets.MaxSample + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Add(uint.MaxValue));
        Assert.Equal(1, histogram.Count);
    }

    [Fact]
    public void The_last_rank_is_the_exact_maximum_and_no_percentile_is_above_it()
    {
        // Of a wide bucket only the smallest sample occurs: the middle of the bucket must not come out.
        var histogram = new LatencyHistogram();
        uint lower = LatencyBuckets.LowerOf(5_000);
        for (int i = 0; i < 1_000; i++)
        {
            histogram.Add(lower);
        }

        Assert.Equal(lower, histogram.Percentile(0.5));
        Assert.Equal(lower, histogram.Percentile(1));
        Assert.Equal(lower, histogram.Max);
    }

    [Fact]
    public void Up_to_256_samples_are_exact_above_4096_too()
    {
        var histogram = new LatencyHistogram();
        for (uint i = 1; i <= 256; i++)
        {
            histogram.Add(1_000_000 - i);
        }

        Assert.Equal(1_000_000 - 129, histogram.Percentile(0.5));
        Assert.Equal(1_000_000 - 256, histogram.Percentile(0));
        Assert.Equal(129, histogram.CountAtMost(1_000_000 - 128));
    }

    [Fact]
    public void A_classic_bound_counts_what_is_at_most_the_bound()
    {
        var histogram = new LatencyHistogram();
        for (uint sample = 0; sample < 10_000; sample++)
        {
            histogram.Add(sample);
        }

        Assert.Equal(1, histogram.CountAtMost(0));
        Assert.Equal(6, histogram.CountAtMost(5));
        Assert.Equal(4_096, histogram.CountAtMost(4_095));
        Assert.Equal(8_001, histogram.CountAtMost(8_000)); // 1000·2³ ends a bucket
        Assert.InRange(histogram.CountAtMost(5_000), 4_990, 5_011);
        Assert.Equal(10_000, histogram.CountAtMost(9_999));
        Assert.Equal(10_000, histogram.CountAtMost(uint.MaxValue));
    }

    [Fact]
    public void Counts_go_beyond_32_bits()
    {
        // Merged with itself 25 times: 300·2^25 samples, 255·2^25 of them in one bucket, which is 1.99·2^32.
        var histogram = new LatencyHistogram();
        for (int i = 0; i < 300; i++)
        {
            histogram.Add(i < 255 ? 20u : 5_000u);
        }
        for (int i = 0; i < 25; i++)
        {
            histogram.Merge(histogram);
        }
        histogram.Add(21);
        LatencyHistogram twice = Of(20);
        twice.Merge(histogram);
        twice.Merge(histogram);

        Assert.Equal(300L << 25, histogram.Count - 1);
        Assert.Equal((((255L * 20) + (45 * 5_000)) << 25) + 21, histogram.Sum);
        Assert.Equal(255L << 25, histogram.CountAtMost(20));
        Assert.Equal((255L << 25) + 1, histogram.CountAtMost(4_000));
        Assert.Equal(20, histogram.Percentile(0.85 - 1e-9));
        Assert.Equal(5_000, histogram.Percentile(0.851));
        Assert.Equal([255L << 25, 1, 45L << 25], histogram.Buckets().Select(bucket => bucket.Count));
        Assert.Equal((255L << 26) + 1, twice.CountAtMost(20));
        Assert.Equal((300L << 26) + 3, twice.Count);
    }

    [Fact]
    public void A_single_count_goes_round_by_adding_too()
    {
        // 2^32 − 1 equal samples by merging, then one by one over the edge.
        LatencyHistogram histogram = PowerOfTwoMinusOne(32, 9);
        Assert.Equal((1L << 32) - 1, histogram.CountAtMost(9));

        for (int i = 0; i < 3; i++)
        {
            histogram.Add(9);
        }
        histogram.Add(10);

        Assert.Equal((1L << 32) + 2, histogram.CountAtMost(9));
        Assert.Equal(9, histogram.Percentile(0.5));
    }

    [Fact]
    public void Merging_with_itself_doubles_a_list_as_well()
    {
        LatencyHistogram histogram = Of(3, 1, 2);
        histogram.Merge(histogram);

        Assert.Equal([(1, 1, 2), (2, 2, 2), (3u, 3u, 2L)], histogram.Buckets());
        Assert.Equal(12, histogram.Sum);
    }

    private static LatencyHistogram Of(params uint[] samples)
    {
        var histogram = new LatencyHistogram();
        foreach (uint sample in samples)
        {
            histogram.Add(sample);
        }
        return histogram;
    }

    private static LatencyHistogram PowerOfTwoMinusOne(int exponent, uint sample)
    {
        LatencyHistogram all = Of();
        LatencyHistogram power = Of(sample);
        for (int i = 0; i < exponent; i++)
        {
            all.Merge(power);
            power.Merge(power);
        }
        return all;
    }
}

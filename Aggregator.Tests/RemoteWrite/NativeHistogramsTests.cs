using Aggregator.Core.RemoteWrite;
using Aggregator.Core.Sketches;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.RemoteWrite;

public sealed class NativeHistogramsTests
{
    [Fact]
    public void A_few_samples_are_in_the_buckets_of_the_schema()
    {
        NativeHistogram histogram = NativeHistograms.Of(Samples([0, 0, 1, 1000, 1000, 1001, 86_400_000]), 1_712_345_700_000);

        // 0.001 s is in bucket ⌈16·log2(0.001)⌉ = -159, 1 s in 0, 1.001 s in 1, a day in ⌈16·log2(86400)⌉ = 263.
        Assert.Equal([(-159, 1L), (0, 2L), (1, 1L), (263, 1L)], Buckets(histogram));
        Assert.Equal((7UL, 2UL, 86_403.002, 4, 0.0005, NativeHistogram.Types.ResetHint.Gauge, 1_712_345_700_000L),
            (histogram.CountInt, histogram.ZeroCountInt, histogram.Sum, histogram.Schema, histogram.ZeroThreshold, histogram.ResetHint, histogram.Timestamp));
    }

    [Fact]
    public void Every_sample_is_between_the_bounds_of_its_bucket_and_none_is_lost() =>
        Gen.UInt[0, LatencyBuckets.MaxSample].Select(sample => sample >> (int)(sample % 20)).Array[1, 2_000].Sample(samples =>
        {
            NativeHistogram histogram = NativeHistograms.Of(Samples(samples), 0);
            (int Index, long Count)[] buckets = [.. Buckets(histogram)];
            Assert.Equal((ulong)samples.Length, histogram.CountInt);
            Assert.Equal(samples.Length, buckets.Sum(bucket => bucket.Count) + (long)histogram.ZeroCountInt);
            Assert.Equal(buckets.Select(bucket => bucket.Index).Distinct().Order(), buckets.Select(bucket => bucket.Index));
            foreach ((int index, long count) in buckets)
            {
                double lower = 1000 * Math.Pow(2, (index - 1) / 16.0);
                double upper = 1000 * Math.Pow(2, index / 16.0);
                // a hair for the doubles of the bounds
                Assert.Equal(count, samples.Count(sample => sample > 0 && sample > lower * (1 + 1e-12) && sample <= upper * (1 + 1e-12)));
            }
        });

    [Fact]
    public void The_end_of_a_series_is_told_by_the_bits_of_its_sum()
    {
        NativeHistogram stale = NativeHistogram.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(NativeHistograms.Stale(5)));

        Assert.Equal(0x7FF0000000000002UL, BitConverter.DoubleToUInt64Bits(stale.Sum));
        Assert.Equal(5, stale.Timestamp);
    }

    private static LatencyHistogram Samples(uint[] samples)
    {
        LatencyHistogram histogram = new();
        foreach (uint sample in samples)
        {
            histogram.Add(sample);
        }
        return histogram;
    }

    private static IEnumerable<(int Index, long Count)> Buckets(NativeHistogram histogram)
    {
        int index = 0;
        int position = 0;
        long count = 0;
        foreach (BucketSpan span in histogram.PositiveSpans)
        {
            index += span.Offset;
            for (int i = 0; i < span.Length; i++)
            {
                count += histogram.PositiveDeltas[position++];
                yield return (index++, count);
            }
        }
    }
}

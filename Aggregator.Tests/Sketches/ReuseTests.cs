using Aggregator.Core.Sketches;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Sketches;

/// <summary>What is used again holds nothing of what it was used for before.</summary>
public sealed class ReuseTests
{
    // Samples of a list, of few pages, and of many.
    private static readonly Gen<uint[]> Samples = Gen.OneOf(
        Gen.UInt[0, 5_000].Array[0, 200], Gen.UInt[0, 300].Array[257, 600], Gen.UInt[0, LatencyBuckets.MaxSample].Array[257, 600]);

    [Fact]
    public void A_counter_that_was_cleared_is_a_new_one()
    {
        SpareArrays<ulong> largest = new(2, 1);
        var counter = new DistinctCounter(largest);
        // Exact and beyond, growing and shrinking; the largest table goes back and forth.
        int[] sizes = [0, 10, 3_000, 70_000, 65_536, 40, 70_000, 70_000, 0, 12, 100_000, 5];
        for (int round = 0; round < sizes.Length; round++)
        {
            ulong[] hashes = RandomHashes.Take(sizes[round], (ulong)round);
            if (round % 2 == 1)
            {
                hashes[0] = 0;
            }
            var fresh = new DistinctCounter();
            foreach (ulong hash in hashes)
            {
                Assert.Equal(fresh.Add(hash), counter.Add(hash));
            }
            Assert.Equal(fresh.IsExact, counter.IsExact);
            Assert.Equal(fresh.Count, counter.Count);
            var merged = new DistinctCounter();
            merged.Merge(counter);
            Assert.Equal(fresh.Count, merged.Count);
            counter.Clear();
            Assert.Equal(0, counter.Count);
        }
        Assert.InRange(largest.Bytes, 1 << 20, 2 << 20);
    }

    [Fact]
    public void A_histogram_that_was_cleared_is_a_new_one() => Samples.Array[1, 6].Sample(rounds =>
    {
        var histogram = new LatencyHistogram();
        foreach (uint[] samples in rounds)
        {
            histogram.Clear();
            Array.ForEach(samples, histogram.Add);
            AssertSame(Of(samples), histogram);
        }
    }, iter: 100);

    [Fact]
    public void A_final_histogram_says_what_the_other_did_whatever_becomes_of_that() => Gen.Select(Samples, Samples).Sample((samples, more) =>
    {
        LatencyHistogram histogram = Of(samples);
        LatencyHistogram final = histogram.ToFinal();
        histogram.Clear();
        Array.ForEach(more, histogram.Add);

        AssertSame(Of(samples), final);
        AssertSame(Of(samples), final.ToFinal());
        histogram.Merge(final);
        AssertSame(Of([.. more, .. samples]), histogram);
    }, iter: 200);

    [Fact]
    public void Counts_beyond_32_bits_stay_in_a_final_histogram()
    {
        LatencyHistogram histogram = Of([.. Enumerable.Range(0, 300).Select(i => i < 255 ? 20u : 5_000u)]);
        for (int i = 0; i < 25; i++)
        {
            histogram.Merge(histogram);
        }
        LatencyHistogram twice = histogram.ToFinal();
        AssertSame(histogram, twice);
        histogram.Merge(twice);
        Assert.Equal(510L << 25, histogram.CountAtMost(20));
        AssertSame(histogram, histogram.ToFinal());
    }

    [Fact]
    public void Nothing_can_be_added_to_a_final_histogram()
    {
        LatencyHistogram final = Of(new uint[300]).ToFinal();
        Assert.Equal("The histogram is a final one.", Assert.Throws<InvalidOperationException>(() => final.Add(1)).Message);
        Assert.Equal("The histogram is a final one.", Assert.Throws<InvalidOperationException>(() => final.Merge(Of(new uint[300]))).Message);
        Assert.Equal(300, final.CountAtMost(0));
    }

    [Fact]
    public void Spare_arrays_are_zero_as_far_as_they_were_asked_for_and_at_most_twice_as_long()
    {
        SpareArrays<int> spares = new(3, 2);
        Gen.Int[1, 5_000].Array[1, 200].Sample(lengths =>
        {
            Queue<int[]> used = [];
            foreach (int length in lengths)
            {
                int[] array = spares.Take(length);
                Assert.False(array.AsSpan(0, length).ContainsAnyExcept(0));
                Assert.InRange(array.Length, length, (2 * length) + 1);
                Array.Fill(array, -1);
                used.Enqueue(array);
                if (used.Count > length % 7)
                {
                    spares.Return(used.Dequeue());
                }
                Assert.InRange(spares.Bytes, 0, 3 * sizeof(int) * 5_000 * 9 / 8);
            }
        }, iter: 50, threads: 1);
    }

    [Fact]
    public void Of_too_many_spare_arrays_the_oldest_goes()
    {
        SpareArrays<ulong> spares = new(2, 1);
        ulong[][] arrays = [spares.Take(100), spares.Take(101), spares.Take(102)];
        Array.ForEach(arrays, spares.Return);
        Assert.Equal((113 + 114) * 8, spares.Bytes);
        Assert.Same(arrays[2], spares.Take(90));
        Assert.Same(arrays[1], spares.Take(90));
        Assert.Equal(101, spares.Take(90).Length);
    }

    private static LatencyHistogram Of(uint[] samples)
    {
        var histogram = new LatencyHistogram();
        Array.ForEach(samples, histogram.Add);
        return histogram;
    }

    private static void AssertSame(LatencyHistogram expected, LatencyHistogram actual)
    {
        Assert.Equal((expected.Count, expected.Sum), (actual.Count, actual.Sum));
        Assert.Equal(expected.Buckets(), actual.Buckets());
        foreach (uint bound in new uint[] { 0, 20, 299, 3_000, 8_000, 1_000_000 })
        {
            Assert.Equal(expected.CountAtMost(bound), actual.CountAtMost(bound));
        }
        for (int perMille = 0; perMille <= 1_000 && expected.Count > 0; perMille += 50)
        {
            Assert.Equal(expected.Percentile(perMille / 1_000.0), actual.Percentile(perMille / 1_000.0));
        }
    }
}

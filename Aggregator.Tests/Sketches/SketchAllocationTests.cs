using Aggregator.Core.Sketches;
using Xunit;

namespace Aggregator.Tests.Sketches;

/// <summary>In steady state the sketches allocate nothing: what they need, they have after a first round.</summary>
public sealed class SketchAllocationTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void A_histogram_allocates_nothing_for_samples_near_those_before()
    {
        var histogram = new LatencyHistogram();
        AssertNoneTheSecondTime(i => histogram.Add((uint)(i % 5_000)));
        Assert.Equal(2 * Rounds, histogram.Count);
    }

    [Fact]
    public void A_histogram_allocates_nothing_for_percentiles_of_lists_and_counts()
    {
        var list = new LatencyHistogram();
        var counts = new LatencyHistogram();
        for (uint i = 0; i < 1_000; i++)
        {
            counts.Add(i);
            if (i < 256)
            {
                list.Add(i);
            }
        }
        AssertNoneTheSecondTime(i => Assert.True(list.Percentile(i / (double)Rounds) <= counts.Percentile(0.99)));
    }

    [Fact]
    public void An_exact_counter_allocates_nothing_for_known_hashes()
    {
        var counter = new DistinctCounter();
        AssertNoneTheSecondTime(i => counter.Add((ulong)i * 0x9E3779B97F4A7C15));
        Assert.Equal(Rounds, counter.Count);
    }

    [Fact]
    public void An_estimating_counter_allocates_nothing_for_any_hash()
    {
        var counter = new DistinctCounter();
        var hashes = new RandomHashes(1);
        for (int i = 0; i <= DistinctCounter.ExactLimit; i++)
        {
            counter.Add(hashes.Next());
        }
        AssertNoneTheSecondTime(_ => counter.Add(hashes.Next()));
        Assert.False(counter.IsExact);
    }

    [Fact]
    public void An_index_allocates_nothing_for_look_ups_and_for_adds_in_place_of_removed_ones()
    {
        var index = new HashIndex();
        AssertNoneTheSecondTime(i =>
        {
            ulong hash = (ulong)i * 0x9E3779B97F4A7C15;
            index.Add(hash, i);
            index.TryGet(hash, out _);
            if (i % 100 == 99)
            {
                index.Clear();
            }
        });
    }

    [Fact]
    public void A_full_limit_allocates_nothing_for_known_new_and_refused_hashes()
    {
        var limit = new BottomK(100);
        var hashes = new RandomHashes(3);
        AssertNoneTheSecondTime(_ => limit.Offer(hashes.Next(), out int _, out int _));
        Assert.True(limit.SlotsGiven > limit.Limit);
    }

    private static void AssertNoneTheSecondTime(Action<int> add)
    {
        void Round()
        {
            for (int i = 0; i < Rounds; i++)
            {
                add(i);
            }
        }

        Round();
        Assert.Equal(0, Allocations.Of(Round));
    }
}

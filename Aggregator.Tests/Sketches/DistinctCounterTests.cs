using Aggregator.Core.Sketches;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class DistinctCounterTests
{
    [Fact]
    public void While_exact_it_answers_like_a_hash_set() =>
        Gen.OneOf(Gen.ULong[0, 50], Gen.ULong, Gen.ULong[0, 50].Select(high => high << 32)).Array[0, 500].Sample(hashes =>
        {
            var counter = new DistinctCounter();
            var oracle = new HashSet<ulong>();
            foreach (ulong hash in hashes)
            {
                Assert.Equal(oracle.Add(hash), counter.Add(hash));
                Assert.Equal(oracle.Count, counter.Count);
            }
            Assert.True(counter.IsExact);
        }, iter: 300);

    [Fact]
    public void Merges_count_the_union_and_leave_the_other_as_it_is() =>
        Gen.Select(Gen.ULong[0, 300].Array[0, 400], Gen.OneOf(Gen.ULong[0, 300], Gen.ULong).Array[0, 400]).Sample((left, right) =>
        {
            DistinctCounter merged = Of(left);
            DistinctCounter other = Of(right);
            merged.Merge(other);
            Assert.Equal(left.Union(right).Count(), merged.Count);
            Assert.Equal(right.Distinct().Count(), other.Count);
            merged.Merge(merged);
            Assert.Equal(left.Union(right).Count(), merged.Count);
            Assert.All(left.Union(right), hash => Assert.False(merged.Add(hash)));
        }, iter: 200);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_exact_to_65536_and_an_estimate_from_65537_on(bool withZero)
    {
        ulong[] hashes = RandomHashes.Take(DistinctCounter.ExactLimit + 1, 7);
        if (withZero)
        {
            hashes[100] = 0;
        }
        var counter = new DistinctCounter();
        for (int i = 0; i < DistinctCounter.ExactLimit; i++)
        {
            Assert.True(counter.Add(hashes[i]));
            Assert.False(counter.Add(hashes[i / 2]));
        }
        Assert.True(counter.IsExact);
        Assert.Equal(65_536, counter.Count);
        Assert.False(counter.Add(hashes[^2]));
        Assert.True(counter.IsExact);

        Assert.True(counter.Add(hashes[^1]));

        Assert.False(counter.IsExact);
        Assert.InRange(counter.Count, 65_537, 65_537 * 1.03);
        Assert.All(hashes, hash => Assert.False(counter.Add(hash)));
    }

    [Fact]
    public void Zero_may_be_the_hash_that_goes_over_the_limit()
    {
        DistinctCounter counter = Of(RandomHashes.Take(DistinctCounter.ExactLimit, 8));
        DistinctCounter merged = Of(RandomHashes.Take(DistinctCounter.ExactLimit, 8));

        Assert.True(counter.Add(0));
        merged.Merge(Of([0]));

        Assert.False(counter.IsExact);
        Assert.False(merged.IsExact);
        Assert.Equal(counter.Count, merged.Count);
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(65_538)]
    [InlineData(200_000)]
    public void Order_repetition_and_ways_of_merging_do_not_show(int count) =>
        Gen.Select(Gen.ULong, Gen.Int[1, 6]).Sample((seed, parts) =>
        {
            ulong[] hashes = RandomHashes.Take(count, 11);
            hashes[count / 2] = 0;
            DistinctCounter whole = Of(hashes);
            var split = new DistinctCounter[parts];
            for (int i = 0; i < parts; i++)
            {
                split[i] = new DistinctCounter();
            }
            var random = new RandomHashes(seed);
            foreach (ulong hash in hashes.Reverse())
            {
                ulong draw = random.Next();
                split[draw % (ulong)parts].Add(hash);
                split[(draw >> 32) % (ulong)parts].Add(hash);
            }
            var merged = new DistinctCounter();
            foreach (DistinctCounter part in split)
            {
                merged.Merge(part);
            }
            // Once more from an exact one into an estimate, and from an estimate into an exact one.
            DistinctCounter exact = Of(hashes[..1_000]);
            exact.Merge(merged);
            merged.Merge(Of(hashes[500..3_000]));

            Assert.Equal(count <= 65_536, whole.IsExact);
            Assert.Equal((whole.IsExact, whole.Count), (merged.IsExact, merged.Count));
            Assert.Equal((whole.IsExact, whole.Count), (exact.IsExact, exact.Count));
        }, iter: 3);

    [Fact]
    public void Counters_of_many_parts_merge_exactly()
    {
        var merged = new DistinctCounter();
        foreach (int part in Enumerable.Range(0, 8))
        {
            merged.Merge(Of(RandomHashes.Take(8_192, (ulong)part)));
        }
        Assert.True(merged.IsExact);
        Assert.Equal(65_536, merged.Count);
    }

    [Fact]
    public void An_empty_counter_counts_nothing_and_adds_nothing()
    {
        var counter = new DistinctCounter();
        counter.Merge(new DistinctCounter());

        Assert.Equal(0, counter.Count);
        Assert.True(counter.IsExact);
    }

    private static DistinctCounter Of(ulong[] hashes)
    {
        var counter = new DistinctCounter();
        foreach (ulong hash in hashes)
        {
            counter.Add(hash);
        }
        return counter;
    }
}

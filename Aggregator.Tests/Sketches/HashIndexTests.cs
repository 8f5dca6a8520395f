using Aggregator.Core.Sketches;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class HashIndexTests
{
    // Few values that share their lowest bits, so that clusters, wrapped ones too, and gaps in them come up all the time; 0 among them.
    private static readonly Gen<ulong> CrowdedHash =
        Gen.Select(Gen.Int[0, 5].Select(i => new ulong[] { 0, 1, 14, 15, 31, 63 }[i]), Gen.ULong[0, 9]).Select((low, high) => low | (high << 40));

    [Fact]
    public void It_answers_like_a_dictionary_after_any_adds_and_removes() =>
        Gen.Select(CrowdedHash, Gen.Int[0, 99]).Array[0, 300].Sample(steps =>
        {
            var index = new HashIndex();
            var oracle = new Dictionary<ulong, int>();
            foreach ((ulong hash, int action) in steps)
            {
                if (action == 99)
                {
                    index.Clear();
                    oracle.Clear();
                }
                else if (action < 40)
                {
                    Assert.Equal(oracle.Remove(hash, out int expected), index.Remove(hash, out int removed));
                    Assert.Equal(expected, removed);
                }
                else if (oracle.TryAdd(hash, action))
                {
                    index.Add(hash, action);
                }
                else
                {
                    Assert.Throws<ArgumentException>(() => index.Add(hash, action));
                }
                AssertSame(oracle, index, steps.Select(step => step.Item1));
            }
        }, iter: 200);

    [Fact]
    public void It_grows_to_a_hundred_thousand_and_forgets_them_again()
    {
        ulong[] hashes = RandomHashes.Take(100_000, 1);
        var index = new HashIndex();
        for (int i = 0; i < hashes.Length; i++)
        {
            index.Add(hashes[i], i);
        }
        Assert.Equal(hashes.Length, index.Count);
        for (int i = 0; i < hashes.Length; i += 2)
        {
            Assert.True(index.Remove(hashes[i]));
        }
        for (int i = 0; i < hashes.Length; i++)
        {
            bool found = index.TryGet(hashes[i], out int at);
            Assert.True(found == (i % 2 == 1) && (!found || at == i));
        }
        index.Clear();
        Assert.Equal(0, index.Count);
        Assert.False(index.TryGet(hashes[1], out _));
    }

    [Fact]
    public void Hash_0_and_the_largest_index_are_like_any_other()
    {
        var index = new HashIndex();
        Assert.False(index.TryGet(0, out int none));
        Assert.Equal(0, none);
        Assert.False(index.Remove(0));

        index.Add(0, int.MaxValue);
        index.Add(ulong.MaxValue, 0);

        Assert.True(index.TryGet(0, out int largest));
        Assert.Equal(int.MaxValue, largest);
        Assert.True(index.TryGet(ulong.MaxValue, out int zero));
        Assert.Equal(0, zero);
    }

    [Fact]
    public void Neither_an_index_nor_a_capacity_is_negative()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashIndex().Add(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashIndex(-1));
    }

    [Fact]
    public void A_given_capacity_fits_without_growing()
    {
        ulong[] hashes = RandomHashes.Take(1_000, 2);
        var index = new HashIndex(hashes.Length);

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < hashes.Length; i++)
            {
                index.Add(hashes[i], i);
            }
        }));
    }

    private static void AssertSame(Dictionary<ulong, int> oracle, HashIndex index, IEnumerable<ulong> hashes)
    {
        Assert.Equal(oracle.Count, index.Count);
        foreach (ulong hash in hashes)
        {
            bool expected = oracle.TryGetValue(hash, out int expectedIndex);
            if (expected != index.TryGet(hash, out int at) || expectedIndex != at)
            {
                Assert.Fail($"hash {hash:x}: index {at} for {expectedIndex}, known: {expected}");
            }
        }
    }
}

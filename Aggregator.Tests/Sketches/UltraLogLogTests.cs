using Aggregator.Core.Sketches;
using MathNet.Numerics.RootFinding;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class UltraLogLogTests
{
    private const int Registers = 1 << UltraLogLog.Precision;
    private const int ValueBits = 64 - UltraLogLog.Precision;

    [Fact]
    public void An_empty_sketch_estimates_0() => Assert.Equal(0, new UltraLogLog().Estimate());

    [Theory]
    [InlineData(1, 0.01)]
    [InlineData(2, 0.01)]
    [InlineData(10, 0.01)]
    [InlineData(100, 0.01)]
    [InlineData(1_000, 0.01)]
    [InlineData(10_000, 0.015)]
    public void Small_numbers_are_estimated_well(int count, double allowed)
    {
        UltraLogLog sketch = Of(RandomHashes.Take(count, 5));

        Assert.InRange(sketch.Estimate(), count * (1 - allowed), count * (1 + allowed));
    }

    [Fact]
    public void A_hash_changes_the_state_once()
    {
        var sketch = new UltraLogLog();
        foreach (ulong hash in new ulong[] { (1UL << 50) - 1, 1UL << 48, 0, 1, ulong.MaxValue, 1UL << 50, 0x1234_5678_9ABC_DEF0 })
        {
            Assert.True(sketch.Add(hash));
            Assert.False(sketch.Add(hash));
        }
    }

    [Fact]
    public void Register_and_value_come_from_different_bits()
    {
        // Same register, values 1, 2 and 3: three states. Other bits below the first 1 of the value, or the register's in its place, say nothing.
        var sketch = new UltraLogLog();
        ulong register = 0x2AAAUL << ValueBits;
        Assert.True(sketch.Add(register | (1UL << 49)));
        Assert.False(sketch.Add(register | (1UL << 49) | 0x1_FFFF));
        Assert.True(sketch.Add(register | (1UL << 48) | 1));
        Assert.True(sketch.Add(register | (1UL << 47)));
        Assert.False(sketch.Add(register | (1UL << 48)));
        Assert.True(sketch.Add((0x2AABUL << ValueBits) | (1UL << 49)));
    }

    [Fact]
    public void Values_that_a_register_no_longer_tells_change_nothing()
    {
        var sketch = new UltraLogLog();
        Assert.True(sketch.Add(HashOf(3, 10)));
        Assert.False(sketch.Add(HashOf(3, 7)));
        Assert.True(sketch.Add(HashOf(3, 8)));
        Assert.True(sketch.Add(HashOf(3, 9)));
        Assert.True(sketch.Add(HashOf(3, 51)));
        Assert.False(sketch.Add(HashOf(3, 10)));
        Assert.True(sketch.Add(HashOf(3, 50)));
        Assert.True(sketch.Add(HashOf(3, 49)));
        Assert.False(sketch.Add(HashOf(3, 48)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3_000)]
    [InlineData(70_000)]
    [InlineData(1_000_000)]
    public void Merged_parts_give_the_estimate_of_the_whole(int count)
    {
        ulong[] hashes = RandomHashes.Take(count, 9);
        UltraLogLog merged = Of(hashes[(count / 3)..]);
        merged.Merge(Of(hashes[..(count / 2)]));
        merged.Merge(new UltraLogLog());
        merged.Merge(merged);

        Assert.Equal(Of(hashes).Estimate(), merged.Estimate());
        Assert.All(hashes, hash => Assert.False(merged.Add(hash)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(20_000)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public void The_estimate_is_the_root_that_another_method_finds_from_the_hashes_themselves(int count)
    {
        var sketch = new UltraLogLog();
        var values = new ulong[Registers];
        var hashes = new RandomHashes(13);
        for (int i = 0; i < count; i++)
        {
            ulong hash = hashes.Next();
            sketch.Add(hash);
            values[hash >> ValueBits] |= 1UL << ValueOf(hash);
        }

        Assert.Equal(1, sketch.Estimate() / RootOf(values), 1e-7);
    }

    [Theory]
    [InlineData(51, 49)]
    [InlineData(51, 47)]
    [InlineData(50, 49)]
    [InlineData(2, 0)]
    public void The_estimate_is_that_root_at_both_ends_of_the_values_too(int even, int odd)
    {
        var sketch = new UltraLogLog();
        var values = new ulong[Registers];
        for (int register = 0; register < Registers; register++)
        {
            int value = register % 2 == 0 ? even : odd;
            if (value > 0)
            {
                sketch.Add(HashOf(register, value));
                values[register] |= 1UL << value;
            }
        }

        Assert.Equal(1, sketch.Estimate() / RootOf(values), 1e-7);
    }

    [Fact]
    public void A_full_sketch_estimates_the_largest_number_and_an_almost_full_one_nearly_that()
    {
        var sketch = new UltraLogLog();
        for (int register = 0; register < Registers; register++)
        {
            sketch.Add(HashOf(register, 51));
            sketch.Add(HashOf(register, 50));
            if (register > 0)
            {
                sketch.Add(HashOf(register, 49));
            }
        }
        Assert.InRange(sketch.Estimate(), Math.ScaleB(1, 60), Math.ScaleB(1, 64));
        sketch.Add(HashOf(0, 49));
        Assert.Equal(Math.ScaleB(1, 64), sketch.Estimate());
    }

    private static int ValueOf(ulong hash)
    {
        int value = 1;
        while (value <= ValueBits && (hash >> (ValueBits - value) & 1) == 0)
        {
            value++;
        }
        return value;
    }

    private static ulong HashOf(int register, int value) => ((ulong)register << ValueBits) | (value > ValueBits ? 0 : 1UL << (ValueBits - value));

    private static double RootOf(ulong[] values)
    {
        double logRate = Brent.FindRoot(log => Math.Exp(log) * Derivative(values, Math.Exp(log)), Math.Log(1e-9), Math.Log(1e16), 1e-13, 1_000);
        return Math.Exp(logRate) * Registers;
    }

    // Of the logarithm of the likelihood, register by register and value by value.
    private static double Derivative(ulong[] values, double rate)
    {
        double derivative = 0;
        foreach (ulong seen in values)
        {
            int largest = seen == 0 ? 0 : 63 - System.Numerics.BitOperations.LeadingZeroCount(seen);
            for (int value = Math.Max(1, largest - 2); value <= ValueBits + 1; value++)
            {
                double chance = Math.Pow(2, -Math.Min(value, ValueBits));
                bool came = (seen >> value & 1) != 0;
                derivative += came ? chance * Math.Exp(-rate * chance) / -Expm1(-rate * chance) : -chance;
            }
        }
        return derivative;
    }

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) + (x * x * x / 6) : Math.Exp(x) - 1;

    private static UltraLogLog Of(ulong[] hashes)
    {
        var sketch = new UltraLogLog();
        foreach (ulong hash in hashes)
        {
            sketch.Add(hash);
        }
        return sketch;
    }
}

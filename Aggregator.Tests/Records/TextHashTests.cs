using System.Numerics;
using System.Text;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Records;

public class TextHashTests
{
    [Fact]
    public void Only_the_text_counts_not_what_stands_around_it()
    {
        for (int length = 0; length < 80; length++)
        {
            byte[] text = [.. Enumerable.Range(0, length).Select(i => (byte)(i + 1))];
            Assert.Equal(Hash(text, 0, 0), Hash(text, 5, 0xAB));
        }
    }

    [Fact]
    public void Different_texts_have_different_hashes()
    {
        HashSet<ulong> seen = [];
        int texts = 0;
        for (int i = 0; i < 50_000; i++)
        {
            foreach (string text in (string[])[$"u{i}", $"{i:x16}", $"m-{i:d30}", $"{i:d17}"])
            {
                seen.Add(Hash(Encoding.UTF8.GetBytes(text), 0, 0));
                texts++;
            }
        }
        for (int length = 0; length < 70; length++)
        {
            seen.Add(Hash(new byte[length], 0, 0));
            texts++;
        }
        Assert.Equal(texts, seen.Count);
    }

    /// <summary>Tables take the lowest bits, the sketch the highest: each must change with every bit of the text, half of the time.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(16)]
    [InlineData(36)]
    public void Every_bit_of_a_text_reaches_every_bit_of_the_hash(int length)
    {
        const int Texts = 1_000;
        Random random = new(length);
        int[] changes = new int[64];
        byte[] text = new byte[length];
        for (int i = 0; i < Texts; i++)
        {
            random.NextBytes(text);
            ulong before = Hash(text, 0, 0);
            text[random.Next(length)] ^= (byte)(1 << random.Next(8));
            for (ulong changed = before ^ Hash(text, 0, 0); changed != 0; changed &= changed - 1)
            {
                changes[BitOperations.TrailingZeroCount(changed)]++;
            }
        }
        // 500 with a deviation of 16: six of them on either side.
        Assert.All(changes, count => Assert.InRange(count, 400, 600));
    }

    [Fact]
    public void The_order_of_two_hashes_matters_when_they_are_combined() => Assert.NotEqual(TextHash.Combine(1, 2), TextHash.Combine(2, 1));

    private static ulong Hash(byte[] text, int before, byte around)
    {
        byte[] memory = new byte[before + text.Length + TextHash.Padding];
        memory.AsSpan().Fill(around);
        text.CopyTo(memory, before);
        return TextHash.Of(ref memory[before], text.Length);
    }
}

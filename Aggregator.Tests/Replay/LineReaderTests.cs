using System.Text;
using Aggregator.Core.Replay;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Replay;

public class LineReaderTests
{
    [Fact]
    public void Lines_come_out_as_they_went_in_however_the_stream_is_cut() =>
        Gen.Select(Gen.Int[0, 300].Array[0, 30], Gen.Int[1, 400], Gen.Bool, Gen.Bool).Sample((lengths, readAtMost, crlf, hasEnd) =>
        {
            string[] lines = [.. lengths.Select((length, i) => new string((char)('a' + (i % 26)), length))];
            string separator = crlf ? "\r\n" : "\n";
            string text = string.Join(separator, lines) + (hasEnd ? separator : "");
            using LineReader reader = new(new TextInput("t", text) { ReadAtMost = readAtMost }.Open());

            List<string> read = [];
            while (reader.TryRead(out ReadOnlySpan<byte> line))
            {
                read.Add(Encoding.UTF8.GetString(line));
                Assert.Equal(read.Count, reader.LineNumber);
            }

            string[] expected = text.Length == 0 ? [] : text.EndsWith('\n') ? text.Split('\n')[..^1] : text.Split('\n');
            Assert.Equal(expected.Select(line => line.TrimEnd('\r')), read);
            Assert.Equal(text.Length, reader.BytesRead);
        }, iter: 300);

    [Fact]
    public void A_line_may_be_longer_than_the_buffer()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("first\n" + new string('x', 5_000_000) + "\nlast");
        using LineReader reader = new(new TextInput("t", bytes) { ReadAtMost = 100_000 }.Open());

        Assert.True(reader.TryRead(out _));
        Assert.True(reader.TryRead(out ReadOnlySpan<byte> line));
        Assert.Equal(5_000_000, line.Length);
        Assert.False(line.ContainsAnyExcept((byte)'x'));
        Assert.True(reader.TryRead(out line));
        Assert.Equal("last", Encoding.UTF8.GetString(line));
        Assert.False(reader.TryRead(out _));
    }
}

using System.IO.Compression;
using System.IO.Hashing;

namespace Aggregator.Core.Publishing;

/// <summary>
/// A part of a page: its text, and the same compressed, made on first use. What it takes is a part of a deflate stream that another one can
/// follow, so that a page whose larger part never changes is compressed only where it does.
/// </summary>
internal sealed class PagePart
{
    private readonly Lazy<ReadOnlyMemory<byte>> _deflated;
    private readonly Lazy<Crc32> _crc;

    public PagePart(ReadOnlyMemory<byte> text)
    {
        Text = text;
        _deflated = new(() => Deflate(Text.Span, last: false));
        _crc = new(() =>
        {
            Crc32 crc = new();
            crc.Append(Text.Span);
            return crc;
        });
    }

    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>Compressed; ends at a byte's boundary, the stream goes on after it.</summary>
    public ReadOnlyMemory<byte> Deflated => _deflated.Value;

    /// <summary>The check sum of it and of <paramref name="next"/> behind it.</summary>
    public uint CrcWith(ReadOnlySpan<byte> next)
    {
        Crc32 crc = _crc.Value.Clone();
        crc.Append(next);
        return crc.GetCurrentHashAsUInt32();
    }

    /// <param name="text">What to compress.</param>
    /// <param name="last">Whether the stream ends with it.</param>
    public static ReadOnlyMemory<byte> Deflate(ReadOnlySpan<byte> text, bool last)
    {
        MemoryStream compressed = new(text.Length / 8 + 64);
        using DeflateStream deflate = new(compressed, CompressionLevel.Fastest, leaveOpen: true);
        deflate.Write(text);
        if (last)
        {
            deflate.Dispose();
            return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
        }
        // A flush ends at a byte's boundary. What disposing adds behind it is the end of a stream, and is left off.
        deflate.Flush();
        return compressed.ToArray();
    }
}

using System.Buffers.Binary;

namespace Aggregator.Core.Publishing;

/// <summary>A page of metrics, ready to be sent: some pieces of memory, one behind the other. Immutable.</summary>
public sealed class MetricsBody
{
    /// <summary>RFC 1952: magic, deflate, no flags, no time, fastest, unknown system.</summary>
    private static readonly byte[] GzipHeader = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

    private readonly ReadOnlyMemory<byte>[] _pieces;

    private MetricsBody(params ReadOnlyMemory<byte>[] pieces) => _pieces = pieces;

    /// <summary>Bytes in all.</summary>
    public long Length => _pieces.Sum(piece => (long)piece.Length);

    /// <summary>The pieces in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces => _pieces;

    internal static MetricsBody Plain(PagePart windows, ReadOnlyMemory<byte> self) => new(windows.Text, self);

    /// <summary>One gzip member: the windows as they were compressed once, the self-metrics compressed now.</summary>
    internal static MetricsBody Gzip(PagePart windows, ReadOnlyMemory<byte> self)
    {
        byte[] trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, windows.CrcWith(self.Span));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), (uint)(windows.Text.Length + self.Length));
        return new(GzipHeader, windows.Deflated, PagePart.Deflate(self.Span, last: true), trailer);
    }
}

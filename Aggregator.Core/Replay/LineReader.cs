namespace Aggregator.Core.Replay;

/// <summary>Lines of a stream as bytes, without copies: a line is valid until the next one is read. Ends at LF; a CR before it is not part of the line.</summary>
public sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>A longer line is no envelope: the largest message that brokers usually take, base64 and all, has a tenth of it.</summary>
    public const int MaxLineBytes = 256 * 1024 * 1024;

    private byte[] _buffer = new byte[1024 * 1024];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>The number of the line that was read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Bytes of the stream that are behind the lines read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="IOException">The stream fails, or a line is longer than <see cref="MaxLineBytes"/>.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            ReadOnlySpan<byte> unread = _buffer.AsSpan(_start, _end - _start);
            int length = unread[searched..].IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = Take(searched + length, 1);
                return true;
            }
            if (_isAtEnd)
            {
                bool hasLine = !unread.IsEmpty;
                line = Take(unread.Length, 0);
                return hasLine;
            }
            searched = unread.Length;
            Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlySpan<byte> Take(int length, int separator)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length + separator;
        BytesRead += length + separator;
        LineNumber++;
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private void Fill()
    {
        int unread = _end - _start;
        if (unread >= MaxLineBytes)
        {
            throw new IOException($"line {LineNumber + 1} has more than {MaxLineBytes} bytes");
        }
        if (unread == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, unread).CopyTo(_buffer);
        }
        _start = 0;
        _end = unread + stream.Read(_buffer, unread, _buffer.Length - unread);
        _isAtEnd = _end == unread;
    }
}

using System.Buffers;
using System.Text;
using Aggregator.Core.Records;

namespace Aggregator.Core.Replay;

/// <summary>
/// Reads envelopes that look as kcat and <c>generate</c> write nearly all of them: members in their order, no white space, simple escapes and those in the payload only.
/// Anything else is left to <see cref="EnvelopeReader"/>, errors above all: what this one takes, that one takes in the same way, in three times the time.
/// </summary>
// HOT: once per line of a replay. Benchmark: EnvelopeBenchmark.
internal sealed class PlainEnvelopeReader(string latencyTopic, string ackTopic)
{
    private const int MaxDigits = 18;
    private const long MaxPartition = 1_000_000;

    private static readonly SearchValues<byte> EndOfPlainText = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\']);

    private readonly byte[] _latencyStart = Encoding.UTF8.GetBytes($"{{\"topic\":\"{latencyTopic}\",\"partition\":");
    private readonly byte[] _ackStart = Encoding.UTF8.GetBytes($"{{\"topic\":\"{ackTopic}\",\"partition\":");
    private byte[] _text = new byte[4096];

    /// <summary>Appends the record of a line to the batch; false, and nothing is appended, where the line looks different.</summary>
    public bool TryRead(ReadOnlySpan<byte> line, RecordBatch batch, out PartitionId id, out long offset)
    {
        ReadOnlySpan<byte> rest = line;
        if (!TryReadPlace(ref rest, out id, out offset) || !TryReadTime(ref rest, out long timestamp)
            || !TrySkip(ref rest, ",\"key\":\""u8) || !TrySkipText(ref rest) || !TrySkip(ref rest, ",\"payload\":\""u8))
        {
            return false;
        }
        if (_text.Length < rest.Length)
        {
            _text = new byte[rest.Length * 2];
        }
        if (!JsonStringText.TryUnescapeToQuote(rest, _text, out int read, out int length) || !rest[read..].SequenceEqual("\"}"u8))
        {
            return false;
        }
        batch.Add(id, offset, timestamp, _text.AsSpan(0, length));
        return true;
    }

    private bool TryReadPlace(ref ReadOnlySpan<byte> rest, out PartitionId id, out long offset)
    {
        id = default;
        offset = -1;
        RecordTopic topic = rest.StartsWith(_latencyStart) ? RecordTopic.Latency : RecordTopic.Ack;
        if (!TrySkip(ref rest, topic == RecordTopic.Latency ? _latencyStart : _ackStart)
            || !TryReadNumber(ref rest, out long partition) || partition > MaxPartition || !TrySkip(ref rest, ",\"offset\":"u8))
        {
            return false;
        }
        id = new(topic, (int)partition);
        return TryReadNumber(ref rest, out offset);
    }

    /// <summary>What kcat has between offset and key, of which <c>generate</c> writes the time only.</summary>
    private static bool TryReadTime(ref ReadOnlySpan<byte> rest, out long timestamp)
    {
        if (!TrySkip(ref rest, ",\"tstype\":\"create\""u8))
        {
            TrySkip(ref rest, ",\"tstype\":\"logappend\""u8);
        }
        timestamp = 0;
        return TrySkip(ref rest, ",\"ts\":"u8) && TryReadNumber(ref rest, out timestamp)
            && (!TrySkip(ref rest, ",\"broker\":"u8) || TryReadNumber(ref rest, out _));
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
        {
            return false;
        }
        rest = rest[expected.Length..];
        return true;
    }

    /// <summary>A whole number of 0 or more, as JSON has them: no zeros in front.</summary>
    private static bool TryReadNumber(ref ReadOnlySpan<byte> rest, out long number)
    {
        number = 0;
        int digits = 0;
        for (; digits < rest.Length && (uint)(rest[digits] - '0') <= 9; digits++)
        {
            number = (number * 10) + rest[digits] - '0';
        }
        bool isPlain = digits is > 0 and <= MaxDigits && (rest[0] != '0' || digits == 1);
        rest = rest[digits..];
        return isPlain;
    }

    /// <summary>The rest of a text, its closing quote included.</summary>
    private static bool TrySkipText(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOfAny(EndOfPlainText);
        if (end < 0 || rest[end] != '"')
        {
            return false;
        }
        rest = rest[(end + 1)..];
        return true;
    }
}

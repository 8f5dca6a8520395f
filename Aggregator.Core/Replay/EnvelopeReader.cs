using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Aggregator.Core.Records;

namespace Aggregator.Core.Replay;

/// <summary>
/// Reads lines in the JSON envelope that <c>kcat -C -J</c> writes (SPEC section 7) into batches. Unlike a record, an envelope is our own file: one that cannot be read
/// is an error of the whole replay, because results without it would be wrong without anybody noticing.
/// </summary>
public sealed class EnvelopeReader
{
    private readonly byte[] _latencyTopic;
    private readonly byte[] _ackTopic;
    private readonly PlainEnvelopeReader _plain;
    private byte[] _text = new byte[4096];

    /// <param name="latencyTopic">The name of the latency topic in the envelopes.</param>
    /// <param name="ackTopic">The name of the ack topic.</param>
    public EnvelopeReader(string latencyTopic, string ackTopic)
    {
        _latencyTopic = Encoding.UTF8.GetBytes(latencyTopic);
        _ackTopic = Encoding.UTF8.GetBytes(ackTopic);
        _plain = new(latencyTopic, ackTopic);
    }

    /// <summary>Appends the record of a line to the batch.</summary>
    /// <param name="line">One line.</param>
    /// <param name="batch">A batch that is not full; null to look at the place of the record only.</param>
    /// <param name="partition">The partition of the record.</param>
    /// <param name="offset">Its offset; -1 where the envelope has none.</param>
    /// <param name="problem">Why the line is no envelope; null otherwise.</param>
    public EnvelopeKind Read(ReadOnlySpan<byte> line, RecordBatch? batch, out PartitionId partition, out long offset, out string? problem)
    {
        if (batch is not null && _plain.TryRead(line, batch, out partition, out offset))
        {
            problem = null;
            return EnvelopeKind.Record;
        }
        return ReadAny(line, batch, out partition, out offset, out problem);
    }

    /// <summary>The same for lines of whatever looks.</summary>
    internal EnvelopeKind ReadAny(ReadOnlySpan<byte> line, RecordBatch? batch, out PartitionId partition, out long offset, out string? problem)
    {
        Envelope envelope = new() { Timestamp = RecordBatch.NoTimestamp, Offset = -1, Partition = -1 };
        partition = default;
        offset = -1;
        try
        {
            problem = ReadMembers(line, ref envelope);
        }
        catch (JsonException e)
        {
            problem = $"no JSON: {e.Message}";
        }
        if (problem is not null)
        {
            return EnvelopeKind.Invalid;
        }
        if (envelope.Topic == UnknownTopic)
        {
            return EnvelopeKind.OtherTopic;
        }
        problem = Missing(envelope);
        if (problem is not null)
        {
            return EnvelopeKind.Invalid;
        }
        partition = new((RecordTopic)envelope.Topic, envelope.Partition);
        offset = envelope.Offset;
        if (batch is not null && !TryAppend(line, batch, partition, envelope))
        {
            problem = "payload_base64 is no base64";
            return EnvelopeKind.Invalid;
        }
        return EnvelopeKind.Record;
    }

    private const int NoTopic = 0xFF;
    private const int UnknownTopic = 0xFE;

    private string? ReadMembers(ReadOnlySpan<byte> line, ref Envelope envelope)
    {
        envelope.Topic = NoTopic;
        Utf8JsonReader reader = new(line, new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return "not a JSON object";
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Member member = MemberOf(ref reader);
            reader.Read();
            if (ReadMember(ref reader, member, ref envelope) is { } problem)
            {
                return problem;
            }
        }
        // Reads to the end: something behind the object is an error that only shows here.
        reader.Read();
        return null;
    }

    private string? ReadMember(ref Utf8JsonReader reader, Member member, ref Envelope envelope)
    {
        switch (member)
        {
            case Member.Topic when reader.TokenType == JsonTokenType.String:
                envelope.Topic = reader.ValueTextEquals(_latencyTopic) ? (int)RecordTopic.Latency
                    : reader.ValueTextEquals(_ackTopic) ? (int)RecordTopic.Ack
                    : UnknownTopic;
                return null;
            case Member.Partition when reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out envelope.Partition) && envelope.Partition >= 0:
            case Member.Offset when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out envelope.Offset) && envelope.Offset >= 0:
            case Member.Timestamp when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out envelope.Timestamp):
                return null;
            case Member.Timestamp when reader.TokenType == JsonTokenType.Null:
                envelope.Timestamp = RecordBatch.NoTimestamp;
                return null;
            case Member.Payload or Member.PayloadBase64 when reader.TokenType == JsonTokenType.Null:
                return null;
            case Member.Payload or Member.PayloadBase64 when reader.TokenType == JsonTokenType.String:
                envelope.HasPayload = true;
                envelope.IsBase64 = member == Member.PayloadBase64;
                envelope.IsEscaped = reader.ValueIsEscaped;
                envelope.PayloadStart = (int)reader.TokenStartIndex + 1;
                envelope.PayloadLength = reader.ValueSpan.Length;
                return null;
            case Member.Other:
                reader.Skip();
                return null;
            default:
                return $"\"{NameOf(member)}\" is not what an envelope has there";
        }
    }

    private static string? Missing(in Envelope envelope) =>
        envelope.Topic == NoTopic ? "\"topic\" is missing" : envelope.Partition < 0 ? "\"partition\" is missing" : null;

    private bool TryAppend(ReadOnlySpan<byte> line, RecordBatch batch, PartitionId partition, in Envelope envelope)
    {
        ReadOnlySpan<byte> payload = line.Slice(envelope.PayloadStart, envelope.PayloadLength);
        if (envelope.HasPayload && (envelope.IsBase64 || envelope.IsEscaped))
        {
            if (_text.Length < payload.Length)
            {
                _text = new byte[payload.Length * 2];
            }
            int length = envelope.IsEscaped ? Unescape(payload, _text) : 0;
            if (envelope.IsBase64 && Base64.DecodeFromUtf8(envelope.IsEscaped ? _text.AsSpan(0, length) : payload, _text, out _, out length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }
            payload = _text.AsSpan(0, length);
        }
        batch.Add(partition, envelope.Offset, envelope.Timestamp, payload, envelope.HasPayload);
        return true;
    }

    /// <summary>A payload with an escaped lone surrogate is no text: it gets a byte that UTF-8 never has, so that its record is rejected as malformed.</summary>
    private static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination)
    {
        if (!JsonStringText.TryUnescape(escaped, destination, out int length))
        {
            destination[length++] = 0xFF;
        }
        return length;
    }

    private static Member MemberOf(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> name = reader.ValueSpan;
        return name.SequenceEqual("topic"u8) ? Member.Topic
            : name.SequenceEqual("partition"u8) ? Member.Partition
            : name.SequenceEqual("offset"u8) ? Member.Offset
            : name.SequenceEqual("ts"u8) ? Member.Timestamp
            : name.SequenceEqual("payload"u8) ? Member.Payload
            : name.SequenceEqual("payload_base64"u8) ? Member.PayloadBase64
            : Member.Other;
    }

    private static string NameOf(Member member) => member switch
    {
        Member.Timestamp => "ts",
        Member.PayloadBase64 => "payload_base64",
        Member.Topic => "topic",
        Member.Partition => "partition",
        Member.Offset => "offset",
        _ => "payload",
    };

    private enum Member
    {
        Other,
        Topic,
        Partition,
        Offset,
        Timestamp,
        Payload,
        PayloadBase64,
    }

    private struct Envelope
    {
        public int Topic;
        public int Partition;
        public long Offset;
        public long Timestamp;
        public bool HasPayload;
        public bool IsBase64;
        public bool IsEscaped;
        public int PayloadStart;
        public int PayloadLength;
    }
}

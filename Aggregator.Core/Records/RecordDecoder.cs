using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Aggregator.Core.Records;

/// <summary>
/// Decodes the value of a record by the rules of SPEC section 1, for any JSON. It first notes the last value of each field, then judges the fields
/// in the order of the reasons, because a value that is overwritten later, or an error of lower rank, must not show.
/// </summary>
/// <remarks>Not safe for several threads: it owns the memory for unescaped texts.</remarks>
// HOT: once per record. Benchmark: DecodeBenchmark. No allocation for accepted records (AllocationTests).
public sealed class RecordDecoder
{
    /// <summary>The longest value that is looked at, in bytes.</summary>
    public const int MaxValueBytes = 65_536;

    /// <summary>2000-01-01T00:00:00Z in ms.</summary>
    public const long MinTimestampMs = 946_684_800_000;

    /// <summary>The last millisecond of 2099.</summary>
    public const long MaxTimestampMs = 4_102_444_799_999;

    /// <summary>A whole number of so many digits is a double as it stands.</summary>
    private const int ExactDigits = 15;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = false };
    private static readonly SearchValues<byte> FractionOrExponent = SearchValues.Create(".eE"u8);
    private static readonly ulong EmptyTextHash = XxHash3.HashToUInt64([]);

    private readonly RecordSchema _latency;
    private readonly RecordSchema _ack;
    private readonly long _maxFutureSkewMs;
    private readonly FieldValue[] _fields;
    private readonly byte[] _scratch = new byte[MaxValueBytes];
    private int _scratchLength;

    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="dimensions">The dimensions to read, each once.</param>
    /// <param name="maxFutureSkew">How far a record's times may lie ahead of its Kafka timestamp.</param>
    public RecordDecoder(FieldNames names, IReadOnlyList<string> dimensions, TimeSpan maxFutureSkew)
    {
        _latency = RecordSchema.For(RecordTopic.Latency, names, dimensions);
        _ack = RecordSchema.For(RecordTopic.Ack, names, dimensions);
        _maxFutureSkewMs = (long)maxFutureSkew.TotalMilliseconds;
        _fields = new FieldValue[_latency.SlotCount];
    }

    /// <summary>Decodes one record.</summary>
    /// <param name="topic">The topic that it is of.</param>
    /// <param name="value">Its value; empty where there is none.</param>
    /// <param name="kafkaTimestampMs">Its Kafka timestamp, or <see cref="RecordBatch.NoTimestamp"/>.</param>
    /// <param name="record">Takes the record; undefined where it is rejected.</param>
    public RejectReason Decode(RecordTopic topic, ReadOnlySpan<byte> value, long kafkaTimestampMs, DecodedRecord record)
    {
        if (value.IsEmpty)
        {
            return RejectReason.Empty;
        }
        if (value.Length > MaxValueBytes)
        {
            return RejectReason.TooLarge;
        }
        RecordSchema schema = topic == RecordTopic.Latency ? _latency : _ack;
        if (!Utf8.IsValid(value) || !TryReadFields(value, schema))
        {
            return RejectReason.Malformed;
        }
        if (_fields[RecordSchema.MsgId].Type == FieldValue.Kind.Absent || _fields[RecordSchema.Time].Type == FieldValue.Kind.Absent)
        {
            return RejectReason.MissingField;
        }
        if (!HaveAllowedTypes(schema))
        {
            return RejectReason.BadField;
        }
        record.Topic = topic;
        if (!TryReadTimes(value, record))
        {
            return RejectReason.BadTimestamp;
        }
        if (kafkaTimestampMs != RecordBatch.NoTimestamp && Math.Max(record.TimeMs, record.ReportMs) - kafkaTimestampMs > _maxFutureSkewMs)
        {
            return RejectReason.Future;
        }
        ReadTexts(value, schema, record);
        return RejectReason.None;
    }

    /// <summary>The value of dimension <paramref name="dimension"/> of the record decoded last.</summary>
    public string DimensionText(ReadOnlySpan<byte> value, DecodedRecord record, int dimension) => Text(value, record.DimensionTexts[dimension]);

    /// <summary>The error code of the record decoded last.</summary>
    public string ErrorCodeText(ReadOnlySpan<byte> value, DecodedRecord record) => Text(value, record.ErrorCodeText);

    private string Text(ReadOnlySpan<byte> value, TextSlice slice) => Encoding.UTF8.GetString(Bytes(value, slice));

    private ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> value, TextSlice slice) =>
        slice.Unescaped ? _scratch.AsSpan(slice.Start, slice.Length) : value.Slice(slice.Start, slice.Length);

    private bool TryReadFields(ReadOnlySpan<byte> value, RecordSchema schema)
    {
        Array.Clear(_fields);
        _scratchLength = 0;
        Utf8JsonReader reader = new(value, Strict);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int slot = SlotOf(ref reader, schema);
                if (slot == InvalidName || !reader.Read() || !TryReadValue(ref reader, out FieldValue field))
                {
                    return false;
                }
                if (slot >= 0)
                {
                    _fields[slot] = field;
                }
            }
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private const int InvalidName = -2;

    private int SlotOf(ref Utf8JsonReader reader, RecordSchema schema)
    {
        if (!reader.ValueIsEscaped)
        {
            return schema.SlotOf(reader.ValueSpan);
        }
        Span<byte> name = _scratch.AsSpan(0, reader.ValueSpan.Length);
        return JsonStringText.TryUnescape(reader.ValueSpan, name, out int length) ? schema.SlotOf(name[..length]) : InvalidName;
    }

    /// <summary>Reads a value to its end; false where a string in it, however deep, has no text.</summary>
    private static bool TryReadValue(ref Utf8JsonReader reader, out FieldValue field)
    {
        int start = (int)reader.TokenStartIndex;
        int length = reader.ValueSpan.Length;
        field = reader.TokenType switch
        {
            JsonTokenType.String => new(reader.ValueIsEscaped ? FieldValue.Kind.EscapedString : FieldValue.Kind.String, start + 1, length),
            JsonTokenType.Number => new(
                reader.ValueSpan.ContainsAny(FractionOrExponent) ? FieldValue.Kind.OtherNumber : FieldValue.Kind.Integer, start, length),
            JsonTokenType.True => new(FieldValue.Kind.True, start, length),
            JsonTokenType.False => new(FieldValue.Kind.False, start, length),
            JsonTokenType.Null => default,
            _ => new(FieldValue.Kind.Composite, start, 0),
        };
        if (reader.TokenType == JsonTokenType.String)
        {
            return !reader.ValueIsEscaped || JsonStringText.HasText(reader.ValueSpan);
        }
        int depth = reader.CurrentDepth;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !JsonStringText.HasText(reader.ValueSpan))
                {
                    return false;
                }
            }
        }
        return true;
    }

    private bool HaveAllowedTypes(RecordSchema schema)
    {
        ref readonly FieldValue id = ref _fields[RecordSchema.MsgId];
        if (!id.IsText || id.IsEmptyText)
        {
            return false;
        }
        bool isLatency = schema.Topic == RecordTopic.Latency;
        if (!IsTextOrAbsent(RecordSchema.Recipient)
            || (isLatency && !IsTextOrAbsent(RecordSchema.Sender))
            || (!isLatency && !IsTextOrAbsent(RecordSchema.Code))
            || (isLatency && _fields[RecordSchema.Latency].Type is not (FieldValue.Kind.Absent or FieldValue.Kind.Integer or FieldValue.Kind.OtherNumber)))
        {
            return false;
        }
        for (int slot = RecordSchema.FirstDimension; slot < schema.SlotCount; slot++)
        {
            if (!IsTextOrAbsent(slot) && _fields[slot].Type is not (FieldValue.Kind.True or FieldValue.Kind.False))
            {
                return false;
            }
        }
        return true;
    }

    private bool IsTextOrAbsent(int slot) => _fields[slot].Type == FieldValue.Kind.Absent || _fields[slot].IsText;

    private bool TryReadTimes(ReadOnlySpan<byte> value, DecodedRecord record)
    {
        record.IsReceived = false;
        if (!TryReadTimestamp(value, _fields[RecordSchema.Time], out long time))
        {
            return false;
        }
        record.TimeMs = time;
        if (record.Topic == RecordTopic.Ack)
        {
            return true;
        }
        FieldValue recv = _fields[RecordSchema.RecvTs];
        FieldValue latency = _fields[RecordSchema.Latency];
        bool hasRecv = recv.Type != FieldValue.Kind.Absent;
        bool hasLatency = latency.Type != FieldValue.Kind.Absent;
        long received = 0;
        if (hasRecv && !TryReadTimestamp(value, recv, out received))
        {
            return false;
        }
        if (!hasRecv && !hasLatency)
        {
            return true;
        }
        record.IsReceived = true;
        record.SampleMs = hasLatency ? ReadSample(value.Slice(latency.Start, latency.Length), latency.Type) : received - time;
        if (!hasRecv)
        {
            received = Math.Clamp(record.SampleMs, -MaxTimestampMs, MaxTimestampMs) + time;
            if (received is < MinTimestampMs or > MaxTimestampMs)
            {
                return false;
            }
        }
        record.ReceivedMs = received;
        return true;
    }

    private static bool TryReadTimestamp(ReadOnlySpan<byte> value, FieldValue field, out long timestamp)
    {
        timestamp = 0;
        return field.Type == FieldValue.Kind.Integer
            && Utf8Parser.TryParse(value.Slice(field.Start, field.Length), out timestamp, out int consumed) && consumed == field.Length
            && timestamp is >= MinTimestampMs and <= MaxTimestampMs;
    }

    /// <summary>The nearest double, rounded half up; what lies beyond a long (1e400 is infinite) becomes its end and so out of any range.</summary>
    private static long ReadSample(ReadOnlySpan<byte> number, FieldValue.Kind type) =>
        type == FieldValue.Kind.Integer && number.Length <= ExactDigits && Utf8Parser.TryParse(number, out long whole, out _)
            ? whole
            : long.CreateSaturating(Math.Floor(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.5));

    private void ReadTexts(ReadOnlySpan<byte> value, RecordSchema schema, DecodedRecord record)
    {
        record.MessageId = Hash(value, RecordSchema.MsgId);
        record.HasRecipient = HasText(RecordSchema.Recipient);
        record.Recipient = record.HasRecipient ? Hash(value, RecordSchema.Recipient) : 0;
        record.HasSender = schema.Topic == RecordTopic.Latency && HasText(RecordSchema.Sender);
        record.Sender = record.HasSender ? Hash(value, RecordSchema.Sender) : 0;
        record.IsSuccess = true;
        if (schema.Topic == RecordTopic.Ack && HasText(RecordSchema.Code))
        {
            record.ErrorCodeText = Slice(value, RecordSchema.Code);
            ReadOnlySpan<byte> code = Bytes(value, record.ErrorCodeText);
            record.IsSuccess = code is [(byte)'0'] or [(byte)'O' or (byte)'o', (byte)'K' or (byte)'k'];
            record.ErrorCode = record.IsSuccess ? 0 : XxHash3.HashToUInt64(code);
        }
        for (int i = 0; i < schema.Dimensions; i++)
        {
            int slot = RecordSchema.FirstDimension + i;
            bool isAbsent = _fields[slot].Type == FieldValue.Kind.Absent;
            record.DimensionTexts[i] = isAbsent ? default : Slice(value, slot);
            record.DimensionHashesForWriting[i] = isAbsent ? EmptyTextHash : XxHash3.HashToUInt64(Bytes(value, record.DimensionTexts[i]));
        }
    }

    private bool HasText(int slot) => _fields[slot].Type != FieldValue.Kind.Absent && !_fields[slot].IsEmptyText;

    private ulong Hash(ReadOnlySpan<byte> value, int slot) => XxHash3.HashToUInt64(Bytes(value, Slice(value, slot)));

    private TextSlice Slice(ReadOnlySpan<byte> value, int slot)
    {
        FieldValue field = _fields[slot];
        if (field.Type != FieldValue.Kind.EscapedString)
        {
            return new(field.Start, field.Length, false);
        }
        int start = _scratchLength;
        JsonStringText.TryUnescape(value.Slice(field.Start, field.Length), _scratch.AsSpan(start), out int length);
        _scratchLength += length;
        return new(start, length, true);
    }
}

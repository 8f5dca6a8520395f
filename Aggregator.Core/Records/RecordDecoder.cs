using System.Buffers.Text;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Aggregator.Core.Records;

/// <summary>
/// Decodes the value of a record by the rules of SPEC section 1, for any JSON. It first notes the last value of each field, then judges the fields
/// in the order of the reasons, because a value that is overwritten later, or an error of lower rank, must not show.
/// <para>
/// Fields are found in one of two ways: by the shapes of earlier records (<see cref="FieldTemplate"/>), five times as fast, or by the framework's JSON reader, which takes
/// any. Both only note where fields are; what follows is the same for both.
/// </para>
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

    private static readonly ulong EmptyTextHash = XxHash3.HashToUInt64([]);

    private readonly RecordSchema _latency;
    private readonly RecordSchema _ack;
    private readonly FieldTemplates _latencyTemplates;
    private readonly FieldTemplates _ackTemplates;
    private readonly long _maxFutureSkewMs;
    private readonly bool _learnsShapes;
    private readonly FieldValue[] _fields;
    private readonly byte[] _scratch = new byte[MaxValueBytes];
    private int _scratchLength;

    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="dimensions">The dimensions to read, each once.</param>
    /// <param name="maxFutureSkew">How far a record's times may lie ahead of its Kafka timestamp.</param>
    /// <param name="learnsShapes">False to read every record with the general reader; there is no reason to but comparing both ways.</param>
    public RecordDecoder(FieldNames names, IReadOnlyList<string> dimensions, TimeSpan maxFutureSkew, bool learnsShapes = true)
    {
        _learnsShapes = learnsShapes;
        _latency = RecordSchema.For(RecordTopic.Latency, names, dimensions);
        _ack = RecordSchema.For(RecordTopic.Ack, names, dimensions);
        _latencyTemplates = new(_latency);
        _ackTemplates = new(_ack);
        _maxFutureSkewMs = (long)maxFutureSkew.TotalMilliseconds;
        _fields = new FieldValue[_latency.SlotCount];
    }

    /// <summary>Records that had no known shape and went through the general reader.</summary>
    public long Fallbacks { get; private set; }

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
        FieldTemplates templates = topic == RecordTopic.Latency ? _latencyTemplates : _ackTemplates;
        _scratchLength = 0;
        bool isKnown = templates.TryRead(value, _fields);
        if (!isKnown)
        {
            Fallbacks++;
            if (!JsonFieldReader.TryRead(value, schema, _fields, _scratch))
            {
                return RejectReason.Malformed;
            }
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
        if (kafkaTimestampMs != RecordBatch.NoTimestamp && Math.Max(record.TimeMs, record.ReportMs) - _maxFutureSkewMs > kafkaTimestampMs)
        {
            return RejectReason.Future;
        }
        ReadTexts(value, schema, record);
        if (!isKnown && _learnsShapes)
        {
            templates.Learn(value);
        }
        return RejectReason.None;
    }

    /// <summary>The value of dimension <paramref name="dimension"/> of the record decoded last.</summary>
    public string DimensionText(ReadOnlySpan<byte> value, DecodedRecord record, int dimension) => Text(value, record.DimensionTexts[dimension]);

    /// <summary>The error code of the record decoded last.</summary>
    public string ErrorCodeText(ReadOnlySpan<byte> value, DecodedRecord record) => Text(value, record.ErrorCodeText);

    private string Text(ReadOnlySpan<byte> value, TextSlice slice) => Encoding.UTF8.GetString(Bytes(value, slice));

    private ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> value, TextSlice slice) =>
        slice.Unescaped ? _scratch.AsSpan(slice.Start, slice.Length) : value.Slice(slice.Start, slice.Length);

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
        record.SampleMs = hasLatency ? ReadSample(value.Slice(latency.Start, latency.Length)) : received - time;
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
        // 12 digits cover September 2001 and before, 13 what follows to 2286; the range is checked below.
        if (field.Type != FieldValue.Kind.Integer || field.Length is < 12 or > 13)
        {
            return false;
        }
        foreach (byte digit in value.Slice(field.Start, field.Length))
        {
            timestamp = (timestamp * 10) + (digit - '0');
        }
        return timestamp is >= MinTimestampMs and <= MaxTimestampMs && value[field.Start] != '-';
    }

    /// <summary>The nearest double, rounded half up; what lies beyond a long (1e400 is infinite) becomes its end and so out of any range.</summary>
    private static long ReadSample(ReadOnlySpan<byte> number)
    {
        // Whole numbers that a double holds exactly are their own nearest double.
        const int ExactDigits = 15;
        if (number.Length <= ExactDigits && Utf8Parser.TryParse(number, out long whole, out int consumed) && consumed == number.Length)
        {
            return whole;
        }
        return long.CreateSaturating(Math.Floor(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.5));
    }

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

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Aggregator.Core.Records;

/// <summary>
/// Decodes the value of a record by the rules of SPEC section 1, for any JSON. It first notes the last value of each field, then judges the fields
/// in the order of the reasons, because a value that is overwritten later, or an error of lower rank, must not show.
/// <para>
/// Fields are found in one of two ways: by the shapes of earlier records (<see cref="RecordShapes"/>), several times as fast, or by the framework's JSON reader, which takes
/// any. Both only note where fields are; what follows is the same for both.
/// </para>
/// </summary>
/// <remarks>Not safe for several threads: it owns the memory for unescaped texts.</remarks>
// HOT: once per record. Benchmark: DecodeBenchmark. No allocation for accepted records (AllocationTests).
public sealed class RecordDecoder
{
    /// <summary>The longest value that is looked at, in bytes.</summary>
    public const int MaxValueBytes = 65_536;

    // Room for the texts of several records, since a record that was decoded may still be looked at after the next ones were.
    private const int ScratchBytes = 4 * MaxValueBytes;

    private readonly RecordSchema _latency;
    private readonly RecordSchema _ack;
    private readonly RecordShapes _latencyShapes;
    private readonly RecordShapes _ackShapes;
    private readonly long _maxFutureSkewMs;
    private readonly ulong _emptyTextHash;
    private readonly bool _learnsShapes;

    // One more than there are slots: values of fields that nobody wants go there.
    private readonly FieldValue[] _fields;
    private readonly byte[] _scratch = new byte[ScratchBytes + RecordBatch.Padding];
    private byte[] _padded = [];
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
        _latencyShapes = new(_latency);
        _ackShapes = new(_ack);
        _maxFutureSkewMs = (long)maxFutureSkew.TotalMilliseconds;
        _fields = new FieldValue[_latency.SlotCount + 1];
        _emptyTextHash = TextHash.Of(ref _scratch[0], 0);
    }

    /// <summary>Records that had no known shape and went through the general reader.</summary>
    public long Fallbacks { get; private set; }

    /// <summary>Whether another record can be decoded while the texts of those since <see cref="Forget"/> stay.</summary>
    internal bool HasRoom => _scratchLength <= ScratchBytes - MaxValueBytes;

    /// <summary>The texts of the records decoded so far are not needed any more.</summary>
    internal void Forget() => _scratchLength = 0;

    /// <summary>Decodes one record.</summary>
    /// <param name="topic">The topic that it is of.</param>
    /// <param name="value">Its value; empty where there is none.</param>
    /// <param name="kafkaTimestampMs">Its Kafka timestamp, or <see cref="RecordBatch.NoTimestamp"/>.</param>
    /// <param name="record">Takes the record; undefined where it is rejected. Its texts stay until the next call.</param>
    public RejectReason Decode(RecordTopic topic, ReadOnlySpan<byte> value, long kafkaTimestampMs, DecodedRecord record)
    {
        Forget();
        if (_padded.Length < value.Length + RecordBatch.Padding)
        {
            _padded = new byte[value.Length + RecordBatch.Padding];
        }
        value.CopyTo(_padded);
        return Decode(topic, ref MemoryMarshal.GetArrayDataReference(_padded), value.Length, kafkaTimestampMs, record);
    }

    /// <summary>Decodes a record of a batch. Its texts stay until <see cref="Forget"/>; there must be room.</summary>
    internal RejectReason Decode(RecordBatch batch, int index, DecodedRecord record)
    {
        ref byte first = ref batch.FirstByte(index, out int length);
        return Decode(batch.Partitions[index].Topic, ref first, length, batch.Timestamps[index], record);
    }

    private RejectReason Decode(RecordTopic topic, ref byte first, int length, long kafkaTimestampMs, DecodedRecord record)
    {
        if ((uint)(length - 1) >= MaxValueBytes)
        {
            return length == 0 ? RejectReason.Empty : RejectReason.TooLarge;
        }
        bool isLatency = topic == RecordTopic.Latency;
        RecordSchema schema = isLatency ? _latency : _ack;
        RecordShapes shapes = isLatency ? _latencyShapes : _ackShapes;
        // Shapes that were joined may have ways past a field that must be there; nothing but an empty text, and what is absent, has no length.
        bool isKnown = shapes.TryRead(ref first, length, _fields) && _fields[RecordSchema.MsgId].Length > 0 && _fields[RecordSchema.Time].Length > 0;
        if (!isKnown)
        {
            RejectReason reason = ReadAnyShape(schema, MemoryMarshal.CreateReadOnlySpan(ref first, length));
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }
        record.Topic = topic;
        if (!RecordTimes.TryRead(ref first, _fields, record))
        {
            return RejectReason.BadTimestamp;
        }
        if (kafkaTimestampMs != RecordBatch.NoTimestamp && Math.Max(record.TimeMs, record.ReportMs) - _maxFutureSkewMs > kafkaTimestampMs)
        {
            return RejectReason.Future;
        }
        ReadTexts(ref first, schema, record);
        if (!isKnown && _learnsShapes)
        {
            shapes.Learn(MemoryMarshal.CreateReadOnlySpan(ref first, length));
        }
        return RejectReason.None;
    }

    /// <summary>Finds the fields with the general reader and judges what a known shape has been judged for.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason ReadAnyShape(RecordSchema schema, ReadOnlySpan<byte> value)
    {
        Fallbacks++;
        if (!JsonFieldReader.TryRead(value, schema, _fields, _scratch.AsSpan(_scratchLength)))
        {
            return RejectReason.Malformed;
        }
        if (_fields[RecordSchema.MsgId].Type == FieldValue.Kind.Absent || _fields[RecordSchema.Time].Type == FieldValue.Kind.Absent)
        {
            return RejectReason.MissingField;
        }
        return HaveAllowedTypes(schema) ? RejectReason.None : RejectReason.BadField;
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

    private void ReadTexts(ref byte first, RecordSchema schema, DecodedRecord record)
    {
        record.MessageId = Hash(ref first, RecordSchema.MsgId);
        record.HasRecipient = HasText(RecordSchema.Recipient);
        record.Recipient = record.HasRecipient ? Hash(ref first, RecordSchema.Recipient) : 0;
        record.IsSuccess = true;
        if (schema.Topic == RecordTopic.Latency)
        {
            record.HasSender = HasText(RecordSchema.Sender);
            record.Sender = record.HasSender ? Hash(ref first, RecordSchema.Sender) : 0;
        }
        else
        {
            record.HasSender = false;
            if (HasText(RecordSchema.Code))
            {
                ReadCode(ref first, record);
            }
        }
        if (schema.Dimensions > 0)
        {
            ReadDimensions(ref first, record.DimensionTexts, record.DimensionHashesForWriting);
        }
    }

    private void ReadDimensions(ref byte first, Span<TextSlice> texts, Span<ulong> hashes)
    {
        for (int i = 0; i < texts.Length; i++)
        {
            FieldValue field = _fields[RecordSchema.FirstDimension + i];
            if (field.Type == FieldValue.Kind.EscapedString)
            {
                texts[i] = Slice(ref first, RecordSchema.FirstDimension + i);
                hashes[i] = Hash(ref first, texts[i]);
                continue;
            }
            texts[i] = new(field.Start, field.Length, false);
            hashes[i] = field.Length == 0 ? _emptyTextHash : TextHash.Of(ref Unsafe.Add(ref first, field.Start), field.Length);
        }
    }

    private void ReadCode(ref byte first, DecodedRecord record)
    {
        TextSlice text = Slice(ref first, RecordSchema.Code);
        record.ErrorCodeText = text;
        ReadOnlySpan<byte> code = MemoryMarshal.CreateReadOnlySpan(ref At(ref first, text), text.Length);
        record.IsSuccess = code is [(byte)'0'] or [(byte)'O' or (byte)'o', (byte)'K' or (byte)'k'];
        record.ErrorCode = record.IsSuccess ? 0 : Hash(ref first, text);
    }

    // Nothing but an empty string, and what is absent, has no length here.
    private bool HasText(int slot) => _fields[slot].Length != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Hash(ref byte first, int slot)
    {
        ref readonly FieldValue field = ref _fields[slot];
        return field.Type == FieldValue.Kind.EscapedString ? Hash(ref first, Slice(ref first, slot)) : TextHash.Of(ref Unsafe.Add(ref first, field.Start), field.Length);
    }

    private ulong Hash(ref byte first, TextSlice text) => TextHash.Of(ref At(ref first, text), text.Length);

    private ref byte At(ref byte first, TextSlice text) => ref Unsafe.Add(ref text.Unescaped ? ref _scratch[0] : ref first, text.Start);

    private TextSlice Slice(ref byte first, int slot)
    {
        FieldValue field = _fields[slot];
        if (field.Type != FieldValue.Kind.EscapedString)
        {
            return new(field.Start, field.Length, false);
        }
        int start = _scratchLength;
        JsonStringText.TryUnescape(
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref first, field.Start), field.Length), _scratch.AsSpan(start), out int length);
        _scratchLength += length;
        return new(start, length, true);
    }
}

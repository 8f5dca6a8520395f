using System.Buffers;

namespace Aggregator.Core.Records;

/// <summary>
/// The element of the stream: some thousand records, as they came from the log, of any partitions, those of one partition in offset order.
/// One byte array holds all keys and values; everything else is a column. Batches are pooled: <see cref="Clear"/> makes one new again.
/// </summary>
public sealed class RecordBatch
{
    /// <summary>Marks a record that Kafka gave no timestamp.</summary>
    public const long NoTimestamp = -1;

    /// <summary>A data array over this many bytes is not kept for the next use, so that one huge record does not stay in memory for ever.</summary>
    public const int KeptDataBytes = 4 * 1024 * 1024;

    /// <summary>So many bytes behind any record can be read, whatever they are: the decoder looks at whole vectors.</summary>
    public const int Padding = 64;

    private const int NoValue = -1;

    private byte[] _data;
    private int _dataLength;
    private readonly PartitionId[] _partitions;
    private readonly long[] _offsets;
    private readonly long[] _timestamps;
    private readonly int[] _valueStarts;
    private readonly int[] _valueLengths;
    private readonly int[] _keyLengths;

    /// <param name="capacity">How many records it takes at most.</param>
    /// <param name="dataBytes">The first size of the byte array; it grows as needed.</param>
    public RecordBatch(int capacity = 4096, int dataBytes = 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _data = ArrayPool<byte>.Shared.Rent(dataBytes + Padding);
        _partitions = new PartitionId[capacity];
        _offsets = new long[capacity];
        _timestamps = new long[capacity];
        _valueStarts = new int[capacity];
        _valueLengths = new int[capacity];
        _keyLengths = new int[capacity];
    }

    public int Count { get; private set; }

    public int Capacity => _offsets.Length;

    /// <summary>Bytes of keys and values in it.</summary>
    public int DataLength => _dataLength;

    public bool IsFull => Count == Capacity;

    /// <summary>The partition of each record.</summary>
    public ReadOnlySpan<PartitionId> Partitions => _partitions.AsSpan(0, Count);

    /// <summary>The offset of each record in its partition.</summary>
    public ReadOnlySpan<long> Offsets => _offsets.AsSpan(0, Count);

    /// <summary>The Kafka timestamp of each record in ms since the epoch, or <see cref="NoTimestamp"/>.</summary>
    public ReadOnlySpan<long> Timestamps => _timestamps.AsSpan(0, Count);

    /// <summary>Whether record <paramref name="index"/> has a value at all (a tombstone has none).</summary>
    public bool HasValue(int index) => _valueLengths[index] != NoValue;

    /// <summary>Whether record <paramref name="index"/> has a key.</summary>
    public bool HasKey(int index) => _keyLengths[index] != NoValue;

    /// <summary>The value of record <paramref name="index"/>; empty where it has none.</summary>
    public ReadOnlySpan<byte> Value(int index) => new(_data, _valueStarts[index], Math.Max(0, _valueLengths[index]));

    /// <summary>The first byte of the value of record <paramref name="index"/>, of which it has <paramref name="length"/>; <see cref="Padding"/> more can be read.</summary>
    internal ref byte FirstByte(int index, out int length)
    {
        length = Math.Max(0, _valueLengths[index]);
        return ref _data[_valueStarts[index]];
    }

    /// <summary>The key of record <paramref name="index"/>; empty where it has none.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        int length = Math.Max(0, _keyLengths[index]);
        return new(_data, _valueStarts[index] - length, length);
    }

    /// <summary>Appends a record, copying what it is given.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="timestampMs">Its Kafka timestamp, or <see cref="NoTimestamp"/>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="hasValue">False for a record without a value.</param>
    /// <param name="key">Its key; only the dead-letter topic needs it.</param>
    /// <param name="hasKey">Whether it has a key that should be kept.</param>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public void Add(PartitionId partition, long offset, long timestampMs, ReadOnlySpan<byte> value, bool hasValue = true,
        ReadOnlySpan<byte> key = default, bool hasKey = false)
    {
        Span<byte> destination = Append(partition, offset, timestampMs, value.Length, hasValue, key, hasKey);
        value.CopyTo(destination);
    }

    /// <summary>Appends a record whose value of <paramref name="valueLength"/> bytes the caller writes into the returned span.</summary>
    public Span<byte> Append(PartitionId partition, long offset, long timestampMs, int valueLength, bool hasValue = true,
        ReadOnlySpan<byte> key = default, bool hasKey = false)
    {
        if (IsFull)
        {
            throw new InvalidOperationException("The batch is full.");
        }
        int needed = _dataLength + key.Length + valueLength;
        if (needed + Padding > _data.Length)
        {
            Grow(needed + Padding);
        }
        key.CopyTo(_data.AsSpan(_dataLength));
        int i = Count++;
        _partitions[i] = partition;
        _offsets[i] = offset;
        _timestamps[i] = timestampMs;
        _keyLengths[i] = hasKey ? key.Length : NoValue;
        _valueStarts[i] = _dataLength + key.Length;
        _valueLengths[i] = hasValue ? valueLength : NoValue;
        _dataLength = needed;
        return _data.AsSpan(_valueStarts[i], valueLength);
    }

    /// <summary>Appends records of another batch, as many as there is room for.</summary>
    /// <param name="other">The other batch.</param>
    /// <param name="first">The first of them.</param>
    /// <returns>How many were appended.</returns>
    public int AddFrom(RecordBatch other, int first)
    {
        int count = Math.Min(Capacity - Count, other.Count - first);
        if (count <= 0)
        {
            return 0;
        }
        int last = first + count - 1;
        int from = other._valueStarts[first] - Math.Max(0, other._keyLengths[first]);
        int bytes = other._valueStarts[last] + Math.Max(0, other._valueLengths[last]) - from;
        if (_dataLength + bytes + Padding > _data.Length)
        {
            Grow(_dataLength + bytes + Padding);
        }
        other._data.AsSpan(from, bytes).CopyTo(_data.AsSpan(_dataLength));
        other._partitions.AsSpan(first, count).CopyTo(_partitions.AsSpan(Count));
        other._offsets.AsSpan(first, count).CopyTo(_offsets.AsSpan(Count));
        other._timestamps.AsSpan(first, count).CopyTo(_timestamps.AsSpan(Count));
        other._valueLengths.AsSpan(first, count).CopyTo(_valueLengths.AsSpan(Count));
        other._keyLengths.AsSpan(first, count).CopyTo(_keyLengths.AsSpan(Count));
        for (int i = 0; i < count; i++)
        {
            _valueStarts[Count + i] = other._valueStarts[first + i] - from + _dataLength;
        }
        Count += count;
        _dataLength += bytes;
        return count;
    }

    /// <summary>Takes the last record out again.</summary>
    public void RemoveLast()
    {
        int i = --Count;
        _dataLength = _valueStarts[i] - Math.Max(0, _keyLengths[i]);
    }

    /// <summary>Empties it for the next use.</summary>
    public void Clear()
    {
        Count = 0;
        _dataLength = 0;
        if (_data.Length > KeptDataBytes)
        {
            ArrayPool<byte>.Shared.Return(_data);
            _data = ArrayPool<byte>.Shared.Rent(KeptDataBytes / 4);
        }
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _data.Length * 2));
        _data.AsSpan(0, _dataLength).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_data);
        _data = larger;
    }
}

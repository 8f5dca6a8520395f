using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>A record as a transport shows it: its bytes are in memory of the client or the transport and valid only during the call.</summary>
/// <param name="partition">Its partition.</param>
/// <param name="offset">Its offset.</param>
/// <param name="timestampMs">Its Kafka timestamp, or <see cref="RecordBatch.NoTimestamp"/>.</param>
/// <param name="value">Its value; empty where it has none.</param>
/// <param name="hasValue">Whether it has a value at all.</param>
internal readonly ref struct IncomingRecord(PartitionId partition, long offset, long timestampMs, ReadOnlySpan<byte> value, bool hasValue)
{
    public PartitionId Partition { get; } = partition;

    public long Offset { get; } = offset;

    public long TimestampMs { get; } = timestampMs;

    public ReadOnlySpan<byte> Value { get; } = value;

    public bool HasValue { get; } = hasValue;

    /// <summary>Its key; empty where it has none or nobody wants it.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Whether it has a key that is wanted.</summary>
    public bool HasKey { get; init; }
}

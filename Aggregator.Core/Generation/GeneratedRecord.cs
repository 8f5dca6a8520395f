using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>A record as it goes to Kafka. Key and value lie in the generator's buffers: they hold until the next record is asked for.</summary>
public readonly ref struct GeneratedRecord
{
    public required PartitionId Partition { get; init; }

    /// <summary>Its offset in a partition that was empty before.</summary>
    public required long Offset { get; init; }

    /// <summary>When it is written, ms since the epoch: its Kafka timestamp.</summary>
    public required long TimestampMs { get; init; }

    public required ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Empty where there is none.</summary>
    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>False for a record without a value.</summary>
    public required bool HasValue { get; init; }
}

namespace Aggregator.Core.Records;

/// <summary>A partition of one of the two topics.</summary>
public readonly record struct PartitionId
{
    /// <summary>The largest number of a partition: clusters have far fewer, and tables indexed by partitions stay small.</summary>
    public const int MaxPartition = 1_000_000;

    private PartitionId(int index) => Index = index;

    /// <param name="topic">The topic.</param>
    /// <param name="partition">The number of the partition in its topic, from 0 to <see cref="MaxPartition"/>.</param>
    public PartitionId(RecordTopic topic, int partition)
        : this((partition << 1) | (int)topic)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partition, MaxPartition);
    }

    /// <summary>A small number that is unique over both topics: tables of partitions are plain arrays indexed by it.</summary>
    public int Index { get; }

    public RecordTopic Topic => (RecordTopic)(Index & 1);

    public int Partition => Index >> 1;

    public static PartitionId FromIndex(int index) => new(index);

    /// <summary><c>Latency[3]</c>; messages to users name the topic as the cluster does.</summary>
    public override string ToString() => $"{Topic}[{Partition}]";
}

using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>How far each partition is read. Poll thread only.</summary>
internal sealed class Positions
{
    /// <summary>What <see cref="Next"/> says of a partition that is not read.</summary>
    public const long NotRead = -1;

    private long[] _next = [];
    private long[] _times = [];

    /// <summary>The next offset of a partition, or <see cref="NotRead"/>. HOT: once per record.</summary>
    public long Next(PartitionId partition) => partition.Index < _next.Length ? _next[partition.Index] : NotRead;

    /// <summary>The Kafka timestamp of the last record of a partition that is read, or <see cref="RecordBatch.NoTimestamp"/>.</summary>
    public long TimeMs(PartitionId partition) => _times[partition.Index];

    /// <summary>HOT: once per record. Only for a partition that is read.</summary>
    public void Set(PartitionId partition, long next, long timeMs)
    {
        _next[partition.Index] = next;
        _times[partition.Index] = timeMs;
    }

    /// <summary>Offsets without records are passed over. Only for a partition that is read.</summary>
    public void SkipTo(PartitionId partition, long next) => _next[partition.Index] = next;

    public void Clear()
    {
        _next = [];
        _times = [];
    }

    public void Start(IReadOnlyList<StartOffset> starts)
    {
        _next = new long[starts.Count == 0 ? 0 : starts.Max(s => s.Assigned.Partition.Index) + 1];
        _times = new long[_next.Length];
        Array.Fill(_next, NotRead);
        Array.Fill(_times, RecordBatch.NoTimestamp);
        foreach (StartOffset start in starts)
        {
            _next[start.Assigned.Partition.Index] = start.Assigned.StartOffset;
        }
    }
}

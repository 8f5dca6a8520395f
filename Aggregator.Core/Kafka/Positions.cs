using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>The next offset of each partition that is read. Poll thread only.</summary>
internal sealed class Positions
{
    /// <summary>What <see cref="Next"/> says of a partition that is not read.</summary>
    public const long NotRead = -1;

    private long[] _next = [];

    /// <summary>The next offset of a partition, or <see cref="NotRead"/>. HOT: once per record.</summary>
    public long Next(PartitionId partition) => partition.Index < _next.Length ? _next[partition.Index] : NotRead;

    /// <summary>HOT: once per record. Only for a partition that is read.</summary>
    public void Set(PartitionId partition, long next) => _next[partition.Index] = next;

    public void Clear() => _next = [];

    public void Start(IReadOnlyList<StartOffset> starts)
    {
        _next = new long[starts.Count == 0 ? 0 : starts.Max(s => s.Assigned.Partition.Index) + 1];
        Array.Fill(_next, NotRead);
        foreach (StartOffset start in starts)
        {
            _next[start.Assigned.Partition.Index] = start.Assigned.StartOffset;
        }
    }
}

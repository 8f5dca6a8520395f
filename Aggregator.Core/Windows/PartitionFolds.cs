using Aggregator.Core.EventTime;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>The partitions that are folded. Several lanes may look up and add theirs at a time, as long as none is another one's.</summary>
internal sealed class PartitionFolds
{
    private readonly Lock _lock = new();
    private PartitionFold?[] _partitions = [];

    public IEnumerable<PartitionFold> All => _partitions.OfType<PartitionFold>();

    /// <summary>HOT: once per record.</summary>
    public PartitionFold? Find(PartitionId id)
    {
        PartitionFold?[] partitions = _partitions;
        return id.Index < partitions.Length ? partitions[id.Index] : null;
    }

    /// <summary>HOT: once per batch. Each partition has been read up to its next offset: times that passed over it before that hold from now on.</summary>
    public void EnterPassages()
    {
        foreach (PartitionFold? partition in _partitions)
        {
            partition?.Passages.Enter(partition.NextOffset);
        }
    }

    /// <summary>The partition; one that was not announced starts at the offset given.</summary>
    public PartitionFold FindOrAdd(PartitionId id, long offset) => Find(id) ?? Add(id, new(offset, PartitionWatermark.None), []);

    public PartitionFold Add(PartitionId id, LogPosition start, IReadOnlyList<IdlePassage> passages)
    {
        lock (_lock)
        {
            PartitionFold?[] partitions = _partitions;
            if (id.Index >= partitions.Length)
            {
                Array.Resize(ref partitions, Math.Max(16, id.Index * 2));
            }
            partitions[id.Index] = new(id, start, passages);
            Volatile.Write(ref _partitions, partitions);
            return partitions[id.Index]!;
        }
    }
}

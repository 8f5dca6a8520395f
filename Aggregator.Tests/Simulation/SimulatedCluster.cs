using Aggregator.Core.Kafka;
using Aggregator.Core.Records;

namespace Aggregator.Tests.Simulation;

/// <summary>The brokers: logs, and the group with its commits. Generations count rebalances: what an earlier one commits is void.</summary>
internal sealed class SimulatedCluster(IEnumerable<PartitionId> partitions)
{
    private readonly Dictionary<PartitionId, (long Offset, string Metadata)> _commits = [];

    public IReadOnlyDictionary<PartitionId, SimulatedLog> Logs { get; } = partitions.ToDictionary(partition => partition, partition => new SimulatedLog(partition));

    /// <summary>Takes a line for every commit; null for nobody.</summary>
    public Action<string>? Log { get; set; }

    /// <summary>Whether the brokers answer.</summary>
    public bool Answers { get; set; } = true;

    public long Generation { get; private set; }

    /// <summary>All times that passed over a partition, as far as a commit ever said so.</summary>
    public Dictionary<PartitionId, SortedSet<IdlePassage>> Passages { get; } =
        partitions.ToDictionary(partition => partition, _ => new SortedSet<IdlePassage>(Comparer<IdlePassage>.Create((left, right) =>
            left.Offset != right.Offset ? left.Offset.CompareTo(right.Offset) : left.TimeMs.CompareTo(right.TimeMs))));

    /// <summary>The furthest that a commit has said everything is final.</summary>
    public long FinalThroughMs { get; private set; } = long.MinValue;

    /// <summary>The partitions go to another member, or the same one anew.</summary>
    public long Rebalance() => ++Generation;

    public long Committed(PartitionId partition) => _commits.TryGetValue(partition, out (long Offset, string Metadata) commit) ? commit.Offset : 0;

    /// <summary>Where a member of the group starts, by the real rule.</summary>
    public IReadOnlyList<StartOffset> Starts() => StartOffsets.Decide(
        [
            .. Logs.Values.Select(log => _commits.TryGetValue(log.Partition, out (long Offset, string Metadata) commit)
                ? new PartitionLog(log.Partition, commit.Offset, commit.Metadata, log.Earliest, log.End)
                : new PartitionLog(log.Partition, null, null, log.Earliest, log.End)),
        ],
        latestWhereNew: false, groupIsNew: _commits.Count == 0);

    /// <summary>Takes a commit of the generation as it stands.</summary>
    public void Commit(IReadOnlyList<CommitPoint> points)
    {
        foreach (CommitPoint point in points)
        {
            if (point.Offset < Committed(point.Partition))
            {
                throw new BrokenInvariantException($"{point.Partition}: the low-water offset goes back from {Committed(point.Partition)} to {point.Offset}");
            }
            string metadata = point.Metadata.Format();
            if (metadata.Length > 4096)
            {
                throw new BrokenInvariantException($"{point.Partition}: metadata of {metadata.Length} characters");
            }
            Log?.Invoke($"{point.Partition}@{point.Offset} {metadata}");
            _commits[point.Partition] = (point.Offset, metadata);
            Passages[point.Partition].UnionWith(point.Metadata.Passages);
            FinalThroughMs = Math.Max(FinalThroughMs, point.Metadata.FinalThroughMs ?? long.MinValue);
        }
    }
}

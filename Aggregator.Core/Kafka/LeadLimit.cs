using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Which partitions are too far ahead of the others and have to wait. The client brings equally many bytes of each partition, so topics with smaller records run ahead through
/// a backlog, by hours if it is one of days; all windows in between are open, in memory. Partitions without unread records hold nobody back. Pure; poll thread only.
/// </summary>
/// <param name="recordsBetweenWaits">As <see cref="UsualRecordsBetweenWaits"/>.</param>
internal sealed class LeadLimit(long recordsBetweenWaits)
{
    /// <summary>How far ahead, by the Kafka timestamps of what was read last.</summary>
    public const long MostMs = 20_000;

    /// <summary>
    /// So many records of all partitions together may be read between two waits, however far they lead: to wait costs what is fetched already, 16 MiB at most, so this much
    /// must have been of use before. Some 10 MB of ids.
    /// </summary>
    public const long UsualRecordsBetweenWaits = 524_288;

    private readonly HashSet<PartitionId> _waiting = [];
    private Partition[] _partitions = [];
    private long _batches;
    private bool _hasNews;

    /// <summary>Changes whenever <see cref="Waiting"/> does.</summary>
    public long Version { get; private set; }

    /// <summary>Those that wait.</summary>
    public IReadOnlySet<PartitionId> Waiting => _waiting;

    /// <summary>Reading begins.</summary>
    public void Start(IReadOnlyList<StartOffset> starts)
    {
        Stop();
        _partitions = [.. starts.Select(start => new Partition { Id = start.Assigned.Partition, GoesOnAt = start.Assigned.StartOffset })];
    }

    /// <summary>Nothing is read, and nobody waits.</summary>
    public void Stop()
    {
        _partitions = [];
        _waiting.Clear();
        Version++;
    }

    /// <summary>The end of a partition, as the brokers said.</summary>
    public void Ends(PartitionId partition, long offset)
    {
        if (Array.Find(_partitions, known => known.Id == partition) is { } found)
        {
            found.End = offset;
            _hasNews = true;
        }
    }

    /// <summary>Judges all of them anew when there is something new.</summary>
    /// <param name="positions">How far each is read.</param>
    /// <param name="batches">How many batches were handed over.</param>
    public void Look(Positions positions, long batches)
    {
        if (batches == _batches && !_hasNews)
        {
            return;
        }
        _batches = batches;
        _hasNews = false;
        long slowestMs = long.MaxValue;
        foreach (Partition partition in _partitions)
        {
            partition.Next = positions.Next(partition.Id);
            partition.TimeMs = positions.TimeMs(partition.Id);
            if (partition.HasUnread && partition.TimeMs != RecordBatch.NoTimestamp)
            {
                slowestMs = Math.Min(slowestMs, partition.TimeMs);
            }
        }
        foreach (Partition partition in _partitions)
        {
            Judge(partition, slowestMs);
        }
    }

    private void Judge(Partition partition, long slowestMs)
    {
        // Without anyone behind, none leads.
        long leadMs = slowestMs == long.MaxValue ? 0 : partition.TimeMs - slowestMs;
        if (_waiting.Contains(partition.Id))
        {
            if (leadMs <= MostMs / 2)
            {
                _waiting.Remove(partition.Id);
                Version++;
                partition.GoesOnAt = partition.Next;
            }
        }
        else if (leadMs > MostMs && partition.HasUnread && partition.Next - partition.GoesOnAt >= recordsBetweenWaits / _partitions.Length)
        {
            _waiting.Add(partition.Id);
            Version++;
        }
    }

    private sealed class Partition
    {
        public required PartitionId Id { get; init; }

        public long Next { get; set; }

        public long TimeMs { get; set; }

        public long End { get; set; } = long.MaxValue;

        /// <summary>Where it began, or went on after it had waited.</summary>
        public long GoesOnAt { get; set; }

        public bool HasUnread => Next < End;
    }
}

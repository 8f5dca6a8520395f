using Aggregator.Core.Records;

namespace Aggregator.Tests.Replay;

/// <summary>Logs of both topics in memory, as the broker would show them. Reads few records at a time, and now and then none, as a network does.</summary>
internal sealed class MemoryLog(int seed) : ITopicLog
{
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<int, List<MemoryRecord>> _logs = [];
    private readonly Dictionary<PartitionId, (int Next, long Stop)> _readings = [];

    /// <summary>What retention took: the first offset left of a partition.</summary>
    public Dictionary<PartitionId, long> Earliest { get; } = [];

    /// <summary>Records that were handed out.</summary>
    public long RecordsRead { get; private set; }

    /// <summary>What every reader sees.</summary>
    public IReadOnlyDictionary<int, List<MemoryRecord>> Logs => _logs;

    public void AddPartition(PartitionId partition) => _logs.TryAdd(partition.Index, []);

    public void Add(PartitionId partition, MemoryRecord record)
    {
        AddPartition(partition);
        _logs[partition.Index].Add(record);
    }

    public IReadOnlyList<LogExtent> Extents() =>
    [
        .. _logs.Select(log => new LogExtent(
            PartitionId.FromIndex(log.Key), Earliest.GetValueOrDefault(PartitionId.FromIndex(log.Key)), log.Value.Count == 0 ? 0 : log.Value[^1].Offset + 1)),
    ];

    public IReadOnlyDictionary<PartitionId, long> OffsetsAt(IReadOnlyDictionary<PartitionId, long> timesMs)
    {
        Dictionary<PartitionId, long> offsets = [];
        foreach ((PartitionId partition, long timeMs) in timesMs)
        {
            long earliest = Earliest.GetValueOrDefault(partition);
            foreach (MemoryRecord record in _logs[partition.Index].Where(record => record.Offset >= earliest && record.TimestampMs >= timeMs).Take(1))
            {
                offsets[partition] = record.Offset;
            }
        }
        return offsets;
    }

    public void Begin(IReadOnlyList<LogSection> sections)
    {
        _readings.Clear();
        foreach (LogSection section in sections)
        {
            int first = _logs[section.Partition.Index].FindIndex(record => record.Offset >= section.Start);
            _readings[section.Partition] = (first < 0 ? int.MaxValue : first, section.Stop);
        }
    }

    public LogRead Read(PartitionId partition, RecordBatch batch, TimeSpan wait)
    {
        List<MemoryRecord> log = _logs[partition.Index];
        (int next, long stop) = _readings[partition];
        if (next >= log.Count || log[next].Offset >= stop)
        {
            return LogRead.End;
        }
        for (int count = _random.Next(6); count > 0 && !batch.IsFull && next < log.Count && log[next].Offset < stop; count--)
        {
            MemoryRecord record = log[next++];
            batch.Add(partition, record.Offset, record.TimestampMs, record.Value);
            RecordsRead++;
        }
        _readings[partition] = (next, stop);
        return batch.Count > 0 ? LogRead.Records : LogRead.Nothing;
    }

    public void Dispose()
    {
        // nothing to give back
    }
}

using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Pipeline;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Simulation;

/// <summary>One process of the program: the real fold behind a model of the source before it and of publisher and committer behind it.</summary>
internal sealed class SimulatedMember
{
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedClock _clock;
    private readonly PublishedResults _published;
    private readonly AggregationSettings _settings;
    private readonly LiveFold _fold;
    private readonly CommitProgress _progress = new();
    private readonly Queue<SourceElement> _inbox = [];
    private readonly Queue<FoldStep> _toPublish = [];
    private readonly Dictionary<PartitionId, long> _positions = [];
    private readonly Dictionary<PartitionId, long> _passages = [];
    private SourceElement.EndOffsets? _answer;
    private FoldStep? _toCommit;
    private long _assignment;
    private long _watermarkMs;
    private long _recordsFed;
    private readonly Dictionary<long, Dictionary<PartitionId, long>> _lastAppended = [];
    private long _answeredAt = long.MinValue / 2;

    public SimulatedMember(AggregationSettings settings, SimulatedCluster cluster, SimulatedClock clock, PublishedResults published)
    {
        _settings = settings;
        _cluster = cluster;
        _clock = clock;
        _published = published;
        _fold = new(settings, new(), new(), Counters, Status, null, _progress, clock);
    }

    public FoldCounters Counters { get; } = new();

    public ServiceStatus Status { get; } = new();

    /// <summary>The generation of the group that it belongs to; 0 for none.</summary>
    public long Generation { get; private set; }

    public bool IsReading => _positions.Count > 0;

    /// <summary>Whether the group has other partitions for it than it believes.</summary>
    public bool IsFenced => Generation != _cluster.Generation;

    /// <summary>Whether nothing is left to do without new records or time.</summary>
    public bool IsSettled => _inbox.Count == 0 && _toPublish.Count == 0 && _toCommit is null && _answer is null;

    /// <summary>Whether all partitions are assigned to it.</summary>
    public bool HasAll => _positions.Count == _cluster.Logs.Count;

    public override string ToString() =>
        $"generation {Generation}, {_inbox.Count} to fold, {_toPublish.Count} to publish, {(_toCommit is null ? 0 : 1)} to commit, at {string.Join(' ', _positions.Values)}";

    /// <summary>Whether it has read everything that is written.</summary>
    public bool HasRead => _cluster.Logs.Values.All(log => _positions.TryGetValue(log.Partition, out long position) && log.Next(position) is null);

    /// <summary>It does all that it can do now.</summary>
    public void Work(Random random, bool commits)
    {
        Poll(random, 50);
        NoticeEnds();
        for (int i = 0; i < 8; i++)
        {
            Fold();
            Publish();
        }
        if (commits)
        {
            Commit(arrives: true, isAnswered: true);
        }
    }

    /// <summary>It loses what it had: the client says so, and what was read but not folded is dropped.</summary>
    public void Unassign()
    {
        _positions.Clear();
        _answer = null;
        _inbox.Clear();
        _inbox.Enqueue(new SourceElement.Unassigned());
        _assignment++;
    }

    /// <summary>It gets all partitions, or in a rebalance of several steps some of them.</summary>
    public void Assign(long generation, Random random, bool all)
    {
        Generation = generation;
        StartOffset[] starts = [.. _cluster.Starts().Where(_ => all || random.Next(2) == 0)];
        int latency = _cluster.Logs.Keys.Count(partition => partition.Topic == RecordTopic.Latency);
        _inbox.Enqueue(new SourceElement.Assigned([.. starts.Select(start => start.Assigned)], latency, _cluster.Logs.Count - latency) { Number = _assignment });
        foreach (StartOffset start in starts)
        {
            _positions[start.Assigned.Partition] = start.Assigned.StartOffset;
        }
    }

    /// <summary>The poll thread reads a batch: some runs of records of some partitions.</summary>
    public void Poll(Random random, int most)
    {
        List<EnvelopeRecord> records = [];
        PartitionId[] partitions = [.. _positions.Keys];
        for (int runs = 1 + random.Next(4); runs > 0 && partitions.Length > 0; runs--)
        {
            PartitionId partition = partitions[random.Next(partitions.Length)];
            for (int i = 1 + random.Next(most); i > 0 && _cluster.Logs[partition].Next(_positions[partition]) is { } record; i--)
            {
                records.Add(record);
                _positions[partition] = record.Offset + 1;
            }
        }
        if (records.Count == 0)
        {
            return;
        }
        RecordBatch batch = new(records.Count, 1024);
        foreach (EnvelopeRecord record in records)
        {
            batch.Add(record.Partition, record.Offset, record.TimestampMs, record.Value, record.Value is not null);
        }
        _inbox.Enqueue(new SourceElement.Batch(batch));
    }

    /// <summary>Partitions that are read to their ends are known to be, control records included.</summary>
    public void NoticeEnds()
    {
        foreach (SimulatedLog log in _cluster.Logs.Values)
        {
            if (_positions.TryGetValue(log.Partition, out long position) && log.Next(position) is null)
            {
                _positions[log.Partition] = log.End;
                _inbox.Enqueue(new SourceElement.PartitionEnd(log.Partition, log.End));
            }
        }
    }

    /// <summary>The brokers are asked for the ends; the answer comes later.</summary>
    public void Ask()
    {
        if (IsReading && _cluster.Answers)
        {
            _answer = new(_clock.GetUtcNow(), _clock.GetTimestamp(), [.. _positions.Keys.Select(partition => KeyValuePair.Create(partition, _cluster.Logs[partition].End))]);
            _lastAppended[_clock.ElapsedMs] = _positions.Keys.ToDictionary(partition => partition, partition => _cluster.Logs[partition].LastAppendedAt);
        }
    }

    public void TakeAnswer()
    {
        if (_answer is { } answer)
        {
            _inbox.Enqueue(answer);
            _answer = null;
        }
    }

    /// <summary>The fold takes its next element.</summary>
    public void Fold()
    {
        if (!_inbox.TryDequeue(out SourceElement? element))
        {
            return;
        }
        if (element is SourceElement.Batch batch)
        {
            _recordsFed += batch.Records.Count;
        }
        else if (element is SourceElement.EndOffsets answer)
        {
            _answeredAt = answer.AskedTimestamp;
        }
        else if (element is SourceElement.Assigned or SourceElement.Unassigned)
        {
            _passages.Clear();
        }
        FoldStep? step = _fold.On(element);
        if (element is SourceElement.Assigned assigned)
        {
            foreach (AssignedPartition partition in assigned.Partitions)
            {
                _passages[partition.Partition] = partition.Committed is { Passages: [.., { } last] } ? last.TimeMs : long.MinValue;
            }
        }
        CheckWatermark();
        if (step is not null)
        {
            CheckPassages(step);
            _toPublish.Enqueue(step);
        }
    }

    /// <summary>The outputs have taken the next step; its offsets go to the committer.</summary>
    public void Publish()
    {
        if (_toPublish.TryDequeue(out FoldStep? step))
        {
            _published.Add(step.Results);
            _toCommit = step;
        }
    }

    /// <summary>The committer sends the latest submission.</summary>
    /// <param name="arrives">Whether the request reaches the coordinator.</param>
    /// <param name="isAnswered">Whether its answer comes back.</param>
    public void Commit(bool arrives, bool isAnswered)
    {
        if (_toCommit is not { } step || !_cluster.Answers)
        {
            return;
        }
        if (step.Assignment != _assignment || (arrives && IsFenced))
        {
            _toCommit = null; // void
            return;
        }
        if (arrives)
        {
            _cluster.Commit(step.Offsets);
            if (isAnswered)
            {
                _progress.Committed(step.Number);
                _toCommit = null;
            }
        }
    }

    private void CheckWatermark()
    {
        long records = Counters.Records(RecordTopic.Latency) + Counters.Records(RecordTopic.Ack);
        if (Status.WatermarkMs.Value < _watermarkMs)
        {
            throw new BrokenInvariantException($"the watermark goes back from {_watermarkMs} to {Status.WatermarkMs.Value}");
        }
        if (records > _recordsFed)
        {
            throw new BrokenInvariantException($"{_recordsFed} records were handed over, {records} are counted");
        }
        _watermarkMs = Status.WatermarkMs.Value;
    }

    /// <summary>Time may pass over a partition only while the brokers said recently that it has been empty for the whole time-out.</summary>
    private void CheckPassages(FoldStep step)
    {
        foreach (CommitPoint point in step.Offsets)
        {
            if (point.Metadata.Passages is not [.., { } last] || last.TimeMs <= _passages[point.Partition])
            {
                continue;
            }
            _passages[point.Partition] = last.TimeMs;
            long sinceAnswer = _clock.ElapsedMs - _answeredAt;
            long emptyFor = _answeredAt - _lastAppended[_answeredAt][point.Partition];
            bool isUnread = _cluster.Logs[point.Partition].Next(last.Offset) is { } next && _cluster.Logs[point.Partition].AppendedAt(next) <= _answeredAt;
            if (sinceAnswer > 5_000 || emptyFor < _settings.IdleTimeout.TotalMilliseconds || isUnread)
            {
                throw new BrokenInvariantException($"{point.Partition}: time passes to {last.TimeMs} at offset {last.Offset}{(isUnread ? ", where a record is unread" : "")}: "
                    + $"the brokers were asked {sinceAnswer} ms ago, and it had been empty for {emptyFor} ms then");
            }
        }
    }
}

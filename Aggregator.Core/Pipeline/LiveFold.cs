using Aggregator.Core.Diagnostics;
using Aggregator.Core.EventTime;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Pipeline;

/// <summary>
/// The fold as it lives behind Kafka: begins anew with every assignment from the committed offsets, keeps silent about windows that were published before, and lets
/// idle partitions and the clock move time on. One thread; no I/O.
/// </summary>
public sealed class LiveFold
{
    private readonly AggregationSettings _settings;
    private readonly FieldNames _names;
    private readonly KafkaSettings _kafka;
    private readonly FoldCounters _counters;
    private readonly ServiceStatus _status;
    private readonly IRejectObserver? _rejects;
    private readonly TimeProvider _time;
    private readonly WatermarkClock _clock;
    private readonly long _origin;
    private readonly Dictionary<PartitionId, long> _folded = [];
    private readonly Dictionary<PartitionId, long> _ends = [];
    private WindowAggregator? _aggregator;
    private SourceElement.Assigned? _assignment;
    private PartialStart? _partial;
    private long _leftOutThroughMs = long.MinValue;
    private long? _finalThroughMs;
    private long _activityThroughMs = long.MinValue;
    private long? _lastWindowMs;
    private bool _isCaughtUp;
    private long? _recordsAtLastAsk;

    /// <param name="settings">What to compute.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="kafka">The names of the topics.</param>
    /// <param name="counters">Takes the counts of the fold.</param>
    /// <param name="status">Takes what the service shows of itself.</param>
    /// <param name="rejects">Is told of rejected records; null for nobody.</param>
    /// <param name="time">The clock.</param>
    public LiveFold(AggregationSettings settings, FieldNames names, KafkaSettings kafka, FoldCounters counters, ServiceStatus status,
        IRejectObserver? rejects, TimeProvider time)
    {
        _settings = settings;
        _names = names;
        _kafka = kafka;
        _counters = counters;
        _status = status;
        _rejects = rejects;
        _time = time;
        _clock = new(settings.Lateness, settings.IdleTimeout);
        _origin = time.GetTimestamp();
        _status.FoldReason = "no partitions are assigned yet";
    }

    /// <summary>Takes one element of the source.</summary>
    /// <returns>What is to be published and committed now; null when nothing is.</returns>
    public FoldStep? On(SourceElement element)
    {
        switch (element)
        {
            case SourceElement.Batch batch when _aggregator is not null:
                return Fold(batch.Records, _aggregator);
            case SourceElement.EndOffsets ends when _aggregator is not null:
                return Confirm(ends, _aggregator);
            case SourceElement.PartitionEnd end when _aggregator is not null:
                _aggregator.SkipTo(end.Partition, end.Offset);
                _folded[end.Partition] = Math.Max(_folded[end.Partition], end.Offset);
                return null;
            case SourceElement.Assigned assigned:
                Begin(assigned);
                return null;
            case SourceElement.Unassigned:
                End();
                return null;
            default:
                return null;
        }
    }

    private void Begin(SourceElement.Assigned assigned)
    {
        _assignment = assigned;
        _status.Rebalances.Add();
        if (!assigned.IsComplete)
        {
            _status.FoldReason = $"only {assigned.Partitions.Count} of {assigned.LatencyPartitions + assigned.AckPartitions} partitions are assigned: "
                + $"another member of group {_kafka.GroupId} holds the others, and results need all of them; one of the two leaves and stands by";
            return;
        }
        foreach (CommitMetadata committed in assigned.Partitions.Select(partition => partition.Committed).OfType<CommitMetadata>())
        {
            _finalThroughMs = Later(_finalThroughMs, committed.FinalThroughMs);
            _lastWindowMs = Later(_lastWindowMs, committed.LastWindowMs);
        }
        // The acknowledgements of messages lie in the partitions of the same numbers only where there are equally many of both topics.
        AggregationSettings settings = assigned.LatencyPartitions == assigned.AckPartitions ? _settings : _settings with { Join = DeliveryJoinScope.All };
        _aggregator = new(settings, _names, _counters, _rejects, _lastWindowMs, _finalThroughMs);
        foreach (AssignedPartition partition in assigned.Partitions)
        {
            _aggregator.AddPartition(partition.Partition, new(partition.StartOffset, WatermarkOf(partition)));
            _folded[partition.Partition] = partition.StartOffset;
        }
        _clock.Start(assigned.Partitions.Select(partition => KeyValuePair.Create(partition.Partition.Index, WatermarkOf(partition))));
        _partial = new(_settings, assigned.Partitions, _time.GetUtcNow());
        _isCaughtUp = false;
        _status.FoldReason = "reading what was written before the start";
        ShowPartitions(_aggregator);
    }

    private void End()
    {
        _aggregator = null;
        _assignment = null;
        _folded.Clear();
        _ends.Clear();
        _status.FoldReason = "no partitions are assigned";
        _status.Partitions = [];
        _status.OpenWindows.Value = 0;
    }

    private FoldStep? Fold(RecordBatch batch, WindowAggregator aggregator)
    {
        long started = _time.GetTimestamp();
        aggregator.Fold(batch);
        bool isPartialNews = false;
        foreach (PartitionProgress progress in aggregator.Progress)
        {
            if (_folded[progress.Partition] != progress.NextOffset)
            {
                _folded[progress.Partition] = progress.NextOffset;
                _clock.Observe(progress.Partition.Index, progress.WatermarkMs);
                isPartialNews |= LeaveOutPartial(progress);
            }
        }
        FoldStep? step = Advance(aggregator, isPartialNews);
        _status.Batches.Add();
        _status.FoldNanoseconds.Add((long)_time.GetElapsedTime(started).TotalNanoseconds);
        return step;
    }

    /// <summary>Notes windows that were seen in part only as published, before they can be: true where that moved.</summary>
    private bool LeaveOutPartial(PartitionProgress progress)
    {
        if (_partial!.Observe(progress.Partition, progress.WatermarkMs) is not { } endMs || endMs <= Math.Max(_leftOutThroughMs, _finalThroughMs ?? long.MinValue))
        {
            return false;
        }
        _leftOutThroughMs = endMs;
        _activityThroughMs = Math.Max(_activityThroughMs, endMs);
        return true;
    }

    private FoldStep? Confirm(SourceElement.EndOffsets ends, WindowAggregator aggregator)
    {
        TimeSpan asked = _time.GetElapsedTime(_origin, ends.AskedTimestamp);
        long behind = 0;
        foreach ((PartitionId partition, long end) in ends.Ends)
        {
            if (_folded.TryGetValue(partition, out long next))
            {
                _ends[partition] = end;
                _clock.Confirm(partition.Index, next >= end, asked);
                behind += Math.Max(0, end - next);
            }
        }
        _clock.Tick(ends.AskedAt);
        NoteCatchingUp(behind);
        FoldStep? step = Advance(aggregator, false);
        ShowPartitions(aggregator);
        return step;
    }

    private void NoteCatchingUp(long behind)
    {
        if (_isCaughtUp)
        {
            return;
        }
        // Live traffic never stops, so the ends are never quite reached: a second's worth of records is near enough.
        _isCaughtUp = behind <= Math.Max(1_000, _recordsAtLastAsk is { } before ? Records - before : 0);
        _recordsAtLastAsk = Records;
        _status.FoldReason = _isCaughtUp ? null : $"reading what was written before the start: {behind} records to go";
    }

    private long Records => _counters.Records(RecordTopic.Latency) + _counters.Records(RecordTopic.Ack);

    private FoldStep? Advance(WindowAggregator aggregator, bool mustCommit)
    {
        long? finalBefore = aggregator.FinalThroughMs;
        long watermarkMs = _clock.Advance(_time.GetElapsedTime(_origin));
        FinalResults results = watermarkMs == PartitionWatermark.None ? new([], []) : NotPublished(aggregator.Advance(watermarkMs));
        _finalThroughMs = aggregator.FinalThroughMs;
        _status.WatermarkMs.Value = Math.Max(0, watermarkMs);
        _status.OpenWindows.Value = aggregator.OpenWindowCount;
        if (results.IsEmpty && aggregator.FinalThroughMs == finalBefore && !mustCommit)
        {
            return null;
        }
        return new(results, [.. _assignment!.Partitions.Select(partition => CommitPoint(aggregator, partition.Partition))], _assignment.Number);
    }

    private FinalResults NotPublished(FinalResults results)
    {
        ActivityResult[] activities = [.. results.Activities.Where(result => result.Window.EndMs > Math.Max(_activityThroughMs, _leftOutThroughMs))];
        WindowResult[] windows = [.. results.Windows.Where(result => result.Window.EndMs > _leftOutThroughMs)];
        if (activities.Length > 0)
        {
            _activityThroughMs = activities[^1].Window.EndMs;
        }
        if (windows.Length > 0)
        {
            _lastWindowMs = windows[^1].Window.StartMs;
        }
        return new(activities, windows);
    }

    private CommitPoint CommitPoint(WindowAggregator aggregator, PartitionId partition)
    {
        LogPosition low = aggregator.LowWater(partition);
        long? finalMs = Later(aggregator.FinalThroughMs, _leftOutThroughMs == long.MinValue ? null : _leftOutThroughMs);
        return new(partition, low.Offset, new(low.WatermarkMs == PartitionWatermark.None ? null : low.WatermarkMs, finalMs, _lastWindowMs));
    }

    private static long? Later(long? left, long? right) => Nullable.Compare(left, right) >= 0 ? left : right;

    private static long WatermarkOf(AssignedPartition partition) => partition.Committed?.WatermarkMs ?? PartitionWatermark.None;

    private void ShowPartitions(WindowAggregator aggregator)
    {
        TimeSpan now = _time.GetElapsedTime(_origin);
        _status.Partitions =
        [
            .. aggregator.Progress.OrderBy(progress => progress.Partition.Topic).ThenBy(progress => progress.Partition.Partition).Select(progress =>
                new PartitionStatus(
                    _kafka.TopicName(progress.Partition.Topic), progress.Partition.Partition, progress.NextOffset,
                    _ends.GetValueOrDefault(progress.Partition, -1), progress.WatermarkMs == PartitionWatermark.None ? null : progress.WatermarkMs,
                    _clock.IsIdle(progress.Partition.Index, now), progress.Rejected, progress.Late)),
        ];
    }
}

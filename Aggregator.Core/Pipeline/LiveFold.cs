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
    /// <summary>A commit that says that time passes over a partition is repeated after so long: one that met a rebalance is dropped.</summary>
    private static readonly TimeSpan PatienceForCommit = TimeSpan.FromSeconds(5);

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
    private readonly PublishedWindows _published = new();
    private readonly CatchUp _catchUp;
    private readonly CommitProgress _commits;
    private WindowAggregator? _aggregator;
    private SourceElement.Assigned? _assignment;
    private PartitionId[] _partitions = [];
    private PartialStart? _partial;
    private long _steps;
    private long _passingStep;
    private long _passingSince;

    /// <param name="settings">What to compute.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="kafka">The names of the topics.</param>
    /// <param name="counters">Takes the counts of the fold.</param>
    /// <param name="status">Takes what the service shows of itself.</param>
    /// <param name="rejects">Is told of rejected records; null for nobody.</param>
    /// <param name="commits">How far its steps are committed: time passes over an idle partition only when a commit says so.</param>
    /// <param name="time">The clock.</param>
    public LiveFold(AggregationSettings settings, FieldNames names, KafkaSettings kafka, FoldCounters counters, ServiceStatus status,
        IRejectObserver? rejects, CommitProgress commits, TimeProvider time)
    {
        _settings = settings;
        _names = names;
        _kafka = kafka;
        _counters = counters;
        _status = status;
        _rejects = rejects;
        _commits = commits;
        _time = time;
        _catchUp = new(status);
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
        _status.TopicPartitions = new Dictionary<string, int> { [_kafka.LatencyTopic] = assigned.LatencyPartitions, [_kafka.AckTopic] = assigned.AckPartitions };
        if (!assigned.IsComplete)
        {
            _status.FoldReason = $"only {assigned.Partitions.Count} of {assigned.LatencyPartitions + assigned.AckPartitions} partitions are assigned: "
                + $"another member of group {_kafka.GroupId} holds the others, and results need all of them; one of the two leaves and stands by";
            return;
        }
        foreach (CommitMetadata committed in assigned.Partitions.Select(partition => partition.Committed).OfType<CommitMetadata>())
        {
            _published.Learn(committed);
        }
        // The acknowledgements of messages lie in the partitions of the same numbers only where there are equally many of both topics.
        AggregationSettings settings = assigned.LatencyPartitions == assigned.AckPartitions ? _settings : _settings with { Join = DeliveryJoinScope.All };
        _aggregator = new(settings, _names, _counters, _rejects, _published.LastWindowMs, _published.FinalThroughMs);
        _partitions = [.. assigned.Partitions.Select(partition => partition.Partition)];
        foreach (AssignedPartition partition in assigned.Partitions)
        {
            _aggregator.AddPartition(partition.Partition, new(partition.StartOffset, WatermarkOf(partition)), PassagesOf(partition));
            _folded[partition.Partition] = partition.StartOffset;
        }
        _clock.Start(_aggregator.Progress.Select(progress => KeyValuePair.Create(progress.Partition.Index, progress.ReachedMs)));
        _partial = new(_settings, assigned.Partitions, _time.GetUtcNow());
        _passingStep = 0;
        _catchUp.Begin();
        ShowPartitions(_aggregator);
    }

    private void End()
    {
        _aggregator = null;
        _assignment = null;
        _partitions = [];
        _folded.Clear();
        _status.FoldReason = "no partitions are assigned";
        _status.Partitions = [];
        _status.OpenWindows.Value = 0;
        _status.OpenWindowList = [];
    }

    private FoldStep? Fold(RecordBatch batch, WindowAggregator aggregator)
    {
        long started = _time.GetTimestamp();
        aggregator.Fold(batch);
        bool isPartialNews = false;
        foreach (PartitionId partition in _partitions)
        {
            PartitionProgress progress = aggregator.ProgressOf(partition);
            if (_folded[partition] != progress.NextOffset)
            {
                _folded[partition] = progress.NextOffset;
                _clock.Observe(partition.Index, progress.ReachedMs);
                isPartialNews |= LeaveOutPartial(progress);
            }
        }
        _catchUp.Look(_folded);
        FoldStep? step = Advance(aggregator, isPartialNews);
        _status.Batches.Add();
        _status.FoldNanoseconds.Add((long)_time.GetElapsedTime(started).TotalNanoseconds);
        return step;
    }

    /// <summary>Notes windows that were seen in part only as published, before they can be: true where that moved.</summary>
    private bool LeaveOutPartial(PartitionProgress progress) =>
        _partial!.Observe(progress.Partition, progress.WatermarkMs) is { } endMs && _published.LeaveOut(endMs);

    private FoldStep? Confirm(SourceElement.EndOffsets ends, WindowAggregator aggregator)
    {
        TimeSpan asked = _time.GetElapsedTime(_origin, ends.AskedTimestamp);
        foreach ((PartitionId partition, long end) in ends.Ends)
        {
            if (_folded.TryGetValue(partition, out long next))
            {
                // What was read beyond that end was written since: then the partition was not empty all the time.
                _clock.Confirm(partition.Index, next == end, asked);
            }
        }
        _clock.Tick(ends.AskedAt);
        _catchUp.Look(ends, _folded, _counters.Records(RecordTopic.Latency) + _counters.Records(RecordTopic.Ack));
        bool isForgotten = IsPassing && _time.GetElapsedTime(_passingSince) > PatienceForCommit;
        FoldStep? step = Advance(aggregator, isForgotten);
        ShowPartitions(aggregator);
        return step;
    }

    /// <summary>Whether time is about to pass over an idle partition, and waits for the commit that says so.</summary>
    private bool IsPassing => _passingStep > _commits.LastStep;

    private FoldStep? Advance(WindowAggregator aggregator, bool mustCommit)
    {
        // While a passage is not committed time stands: a partition that wakes up meanwhile is idle no longer.
        long watermarkMs = IsPassing ? _clock.CurrentMs : _clock.Advance(_time.GetElapsedTime(_origin));
        FinalResults results = FinalResults.None;
        bool passes = false;
        if (!IsPassing && watermarkMs != PartitionWatermark.None)
        {
            long? finalBefore = aggregator.FinalThroughMs;
            long reachedMs = ReachedMs(aggregator);
            FinalResults final = aggregator.Advance(Math.Min(watermarkMs, reachedMs));
            results = _published.New(final, aggregator.FinalThroughMs);
            mustCommit |= aggregator.FinalThroughMs != finalBefore;
            passes = PassOverIdle(aggregator, aggregator.LastEndBy(watermarkMs));
            _status.WatermarkMs.Value = Math.Max(_status.WatermarkMs.Value, passes ? reachedMs : watermarkMs);
        }
        _status.OpenWindows.Value = aggregator.OpenWindowCount;
        if (results.IsEmpty && !passes && !mustCommit)
        {
            return null;
        }
        _steps++;
        if (passes)
        {
            _passingStep = _steps;
        }
        if (IsPassing)
        {
            _passingSince = _time.GetTimestamp();
        }
        return Step(aggregator, results);
    }

    private FoldStep Step(WindowAggregator aggregator, FinalResults results) =>
        new(results, Array.ConvertAll(_partitions, partition => CommitPoint(aggregator, partition)), _assignment!.Number, _steps);

    /// <summary>What all partitions have reached.</summary>
    private long ReachedMs(WindowAggregator aggregator)
    {
        long least = long.MaxValue;
        foreach (PartitionId partition in _partitions)
        {
            least = Math.Min(least, aggregator.ProgressOf(partition).ReachedMs);
        }
        return least;
    }

    /// <summary>
    /// Time moves on without the partitions that are idle: what they bring from here on is late where it belongs to windows that end by then. That is committed before
    /// such a window is given out, so that whoever reads those records again after a crash judges them in the same way.
    /// </summary>
    private bool PassOverIdle(WindowAggregator aggregator, long endMs)
    {
        bool passes = false;
        foreach (PartitionId partition in _partitions)
        {
            if (aggregator.LastEndBy(aggregator.ProgressOf(partition).ReachedMs) < endMs)
            {
                aggregator.PassOver(partition, endMs);
                passes = true;
            }
        }
        return passes;
    }

    private CommitPoint CommitPoint(WindowAggregator aggregator, PartitionId partition)
    {
        LogPosition low = aggregator.LowWater(partition);
        CommitMetadata metadata = _published.Committed(low.WatermarkMs == PartitionWatermark.None ? null : low.WatermarkMs);
        return new(partition, low.Offset, metadata with { Passages = aggregator.PassagesFrom(partition, low) });
    }

    private static long WatermarkOf(AssignedPartition partition) => partition.Committed?.WatermarkMs ?? PartitionWatermark.None;

    /// <summary>A partition that was added behind our back is like one that was idle: the windows that were published by then were published without it.</summary>
    private IReadOnlyList<IdlePassage> PassagesOf(AssignedPartition partition) =>
        partition.IsNew && _published.FinalThroughMs is { } finalMs
            ? [new(partition.StartOffset, finalMs + (long)_settings.AckTimeout.TotalMilliseconds)]
            : partition.Committed?.Passages ?? [];

    private void ShowPartitions(WindowAggregator aggregator)
    {
        TimeSpan now = _time.GetElapsedTime(_origin);
        _status.Partitions =
        [
            .. aggregator.Progress.OrderBy(progress => progress.Partition.Topic).ThenBy(progress => progress.Partition.Partition).Select(progress =>
                new PartitionStatus(
                    _kafka.TopicName(progress.Partition.Topic), progress.Partition.Partition, progress.NextOffset,
                    _catchUp.EndOf(progress.Partition), progress.WatermarkMs == PartitionWatermark.None ? null : progress.WatermarkMs,
                    _clock.IsIdle(progress.Partition.Index, now), progress.Rejected, progress.Late)
                {
                    LastRejected = progress.LastRejectReason == RejectReason.None ? null : new(progress.LastRejectOffset, progress.LastRejectReason.Label()),
                }),
        ];
        _status.OpenWindowList =
        [
            .. aggregator.EarliestOpen(ServiceStatus.MaxOpenWindowsShown).Select(window =>
                new OpenWindowStatus(window.StartMs, window.EndMs, window.EndMs <= _status.WatermarkMs.Value)),
        ];
    }
}

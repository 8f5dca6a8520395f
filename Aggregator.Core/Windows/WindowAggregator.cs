using Aggregator.Core.EventTime;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>
/// The fold: takes batches of records and gives out final windows. No I/O, no clock, one thread. What it gives out depends on the records of each partition and
/// their order in it, and on nothing else: not on batches, not on how partitions interleave (SPEC sections 2 to 4).
/// </summary>
// HOT: Fold and what it calls, once per record. Benchmark: FoldBenchmark. No allocation per record (AllocationTests).
public sealed class WindowAggregator
{
    private readonly AggregationSettings _settings;
    private readonly FoldCounters _counters;
    private readonly IRejectObserver? _rejects;
    private readonly long _sizeMs;
    private readonly long _latenessMs;
    private readonly RecordDecoder _decoder;
    private readonly DecodedRecord _record;
    private readonly RecordGroups _groups;
    private readonly OpenWindows _windows;
    private readonly FinalWindows _final;
    private readonly DeliveryJoin _join;
    private PartitionFold?[] _partitions = [];
    private long _batchNumber;

    /// <param name="settings">What to compute.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="counters">Takes the counts; may be shared by aggregators that follow each other.</param>
    /// <param name="rejects">Is told of rejected records; null for nobody.</param>
    /// <param name="lastWindowMs"><see cref="LastWindowMs"/> of the run that this one goes on from: the empty windows behind it are given out. Null for none.</param>
    /// <param name="finalThroughMs"><see cref="FinalThroughMs"/> of that run: what is read again of windows up to it is not given out. Null for none.</param>
    public WindowAggregator(
        AggregationSettings settings, FieldNames names, FoldCounters counters, IRejectObserver? rejects = null, long? lastWindowMs = null, long? finalThroughMs = null)
    {
        _settings = settings;
        _counters = counters;
        _rejects = rejects;
        _sizeMs = (long)settings.Window.TotalMilliseconds;
        _latenessMs = (long)settings.Lateness.TotalMilliseconds;
        IReadOnlyList<string> dimensions = RecordGroups.DimensionsOf(settings.Groups);
        _decoder = new(names, dimensions, settings.MaxFutureSkew);
        _record = new(dimensions.Count);
        _groups = new(settings.Groups, dimensions, _decoder, _record);
        _windows = new(settings.MaxOpenWindows);
        _final = new(settings, counters, _windows, lastWindowMs / _sizeMs, (finalThroughMs / _sizeMs) - 1 ?? FinalWindows.NoWindow);
        _join = new(settings, _windows);
    }

    /// <summary>Windows that are not yet final, or still needed by one that is not.</summary>
    public int OpenWindowCount => _windows.Count;

    /// <summary>The time up to which everything is final, as far as results are concerned: windows that end at or before it were given out. Null before the first.</summary>
    public long? FinalThroughMs => _final.Settled == FinalWindows.NoWindow ? null : (_final.Settled + 1) * _sizeMs;

    /// <summary>The start of the last window that was given out; null before the first.</summary>
    public long? LastWindowMs => _final.LastDelivery * _sizeMs;

    /// <summary>Makes a partition known, from a place in it on; one that appears in a batch unannounced starts at its first record.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="start">Where it is read from.</param>
    /// <param name="passages">When time passed over it in the run before this one, in the order of their offsets; null for never.</param>
    public void AddPartition(PartitionId partition, LogPosition start, IReadOnlyList<IdlePassage>? passages = null) =>
        Partition(partition.Index) = new(partition, start, passages ?? []);

    /// <summary>How far each partition is.</summary>
    public IEnumerable<PartitionProgress> Progress => _partitions.OfType<PartitionFold>()
        .Select(p => new PartitionProgress(p.Id, p.NextOffset, p.Watermark.Ms, p.ReachedMs, p.Rejected, p.Late));

    /// <summary>The end of the last window that is over at a time.</summary>
    public long LastEndBy(long timeMs) => timeMs < 0 ? PartitionWatermark.None : timeMs / _sizeMs * _sizeMs;

    /// <summary>From where a partition must be read again by one who knows only what was given out so far.</summary>
    public LogPosition LowWater(PartitionId partition)
    {
        PartitionFold state = Partition(partition.Index)!;
        return state.Needed.LowWater(_final.Settled, _final.CohortsClosedBy(state.ReachedMs), state.Next);
    }

    /// <summary>Time moves on without an idle partition: what it brings from now on is judged against that time too.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="timeMs">How far, ms since the epoch. It never goes back.</param>
    public void PassOver(PartitionId partition, long timeMs)
    {
        PartitionFold state = Partition(partition.Index)!;
        if (timeMs > state.ReachedMs && !state.Passages.Add(state.NextOffset, timeMs))
        {
            _counters.CountLimited(LimitKind.IdlePassages, 1);
        }
    }

    /// <summary>What one who reads a partition again from <see cref="LowWater"/> must know of the times that passed over it.</summary>
    public IReadOnlyList<IdlePassage> PassagesFrom(PartitionId partition, LogPosition lowWater) => Partition(partition.Index)!.Passages.From(lowWater);

    /// <summary>A partition was read up to an offset without a record (control records of transactions take offsets too).</summary>
    public void SkipTo(PartitionId partition, long offset)
    {
        if (Partition(partition.Index) is { } state && offset > state.NextOffset)
        {
            state.NextOffset = offset;
            state.Passages.Enter(offset);
        }
    }

    /// <summary>W(p) of a partition, or <see cref="PartitionWatermark.None"/>.</summary>
    public long WatermarkOf(PartitionId partition) => Partition(partition.Index)?.Watermark.Ms ?? PartitionWatermark.None;

    /// <summary>Folds the records of a batch.</summary>
    public void Fold(RecordBatch batch)
    {
        _batchNumber++;
        long fallbacks = _decoder.Fallbacks;
        for (int i = 0; i < batch.Count; i++)
        {
            PartitionId id = batch.Partitions[i];
            long offset = batch.Offsets[i];
            PartitionFold partition = Partition(id.Index) ??= new(id, new(offset, PartitionWatermark.None), []);
            if (partition.BatchNumber != _batchNumber)
            {
                partition.BatchNumber = _batchNumber;
                partition.Needed.BeginBatch(new(offset, partition.Watermark.Ms));
            }
            if (offset >= partition.Passages.NextOffset)
            {
                partition.Passages.Enter(offset);
            }
            partition.NextOffset = offset + 1;
            _counters.CountRecords(id.Topic, 1);
            ReadOnlySpan<byte> value = batch.Value(i);
            RejectReason reason = _decoder.Decode(id.Topic, value, batch.Timestamps[i], _record);
            if (reason != RejectReason.None)
            {
                partition.Rejected++;
                _counters.CountRejected(id.Topic, reason);
                _rejects?.Rejected(batch, i, reason);
                continue;
            }
            _groups.Read();
            if (id.Topic == RecordTopic.Latency)
            {
                FoldLatency(partition, value);
            }
            else
            {
                FoldAck(partition, value);
            }
            partition.Watermark.Observe(_record.ReportMs, _latenessMs);
        }
        _counters.CountDecodeFallbacks(_decoder.Fallbacks - fallbacks);
        foreach (PartitionFold? partition in _partitions)
        {
            partition?.Passages.Enter(partition.NextOffset);
        }
    }

    /// <summary>Tells how far event time has come in all partitions: windows that are over by then become final.</summary>
    /// <param name="watermarkMs">The watermark; <see cref="long.MaxValue"/> where nothing follows. One that goes back is ignored.</param>
    /// <returns>What became final, in the order of the windows.</returns>
    public FinalResults Advance(long watermarkMs) => _final.Advance(watermarkMs);

    private ref PartitionFold? Partition(int index)
    {
        if (index >= _partitions.Length)
        {
            Array.Resize(ref _partitions, Math.Max(16, index * 2));
        }
        return ref _partitions[index];
    }

    private void FoldLatency(PartitionFold partition, ReadOnlySpan<byte> value)
    {
        DecodedRecord record = _record;
        long cohort = record.TimeMs / _sizeMs;
        long receivedWindow = record.ReceivedMs / _sizeMs;
        bool isReceived = record.IsReceived && !IsLate(partition, FactKind.Received, receivedWindow, _final.ActivityFinal, 0);
        bool isCohortOpen = !IsLate(partition, FactKind.Sent, cohort, _final.DeliveryFinal, _join.AckTimeoutMs);
        bool isDuplicate = false;
        if (isCohortOpen)
        {
            ReportChange change = _join.Report(record, cohort, isReceived, _groups, value, _final.ActivityFinal, out bool isLimited);
            isDuplicate = !isLimited && (change & ReportChange.NewSent) == 0;
            partition.Needed.NeedCohort(cohort);
            if (isLimited)
            {
                _counters.CountLimited(LimitKind.OpenWindows, 1);
            }
            else if (isDuplicate)
            {
                _counters.CountDuplicate(FactKind.Sent);
            }
            if (isReceived)
            {
                if (receivedWindow > cohort)
                {
                    partition.Needed.NeedCohortUntil(cohort, receivedWindow);
                }
                if (!isLimited && (change & ReportChange.NewReceived) == 0)
                {
                    isReceived = false;
                    _counters.CountDuplicate(FactKind.Received);
                }
            }
        }
        if (record.HasSender && !isDuplicate && !IsLate(partition, FactKind.Activity, cohort, _final.ActivityFinal, 0))
        {
            partition.Needed.NeedUntil(cohort);
            ActivityAt(cohort)?.AddActivity(record.Sender, _groups, value);
        }
        if (isReceived)
        {
            partition.Needed.NeedUntil(receivedWindow);
            SampleLoss loss = LossOf(record.SampleMs);
            if (loss != SampleLoss.None)
            {
                _counters.CountSampleLeftOut(loss);
            }
            ActivityAt(receivedWindow)?.AddReceived(record, loss == SampleLoss.None, _groups, value);
        }
    }

    private void FoldAck(PartitionFold partition, ReadOnlySpan<byte> value)
    {
        long window = _record.TimeMs / _sizeMs;
        if (IsLate(partition, FactKind.Acked, window, _final.ActivityFinal, 0))
        {
            return;
        }
        // An acknowledgement may deliver a message of the window behind its own: clocks disagree (SPEC section 4).
        partition.Needed.NeedUntil(window + 1);
        if (ActivityAt(window) is { } activity)
        {
            activity.AddAck(_record, _decoder, _groups, value);
            if (_record.IsSuccess)
            {
                _join.Acknowledge(_record, window);
            }
        }
    }

    /// <summary>
    /// Judges a fact by its own partition's watermark, then by the time that passed over the partition while it was idle, and by what is final already;
    /// counts it where it is late.
    /// </summary>
    private bool IsLate(PartitionFold partition, FactKind kind, long window, long final, long graceMs)
    {
        long endMs = ((window + 1) * _sizeMs) + graceMs;
        bool isPassed = partition.Watermark.HasPassed(endMs);
        if (!isPassed && window > final && endMs > partition.Passages.TimeMs)
        {
            return false;
        }
        if (!isPassed)
        {
            partition.Passages.Used();
        }
        partition.Late++;
        _counters.CountLate(kind, isPassed ? LateCause.Watermark : LateCause.AfterIdle);
        return true;
    }

    private ActivityWindow? ActivityAt(long index)
    {
        OpenWindow? window = _windows.Open(index, activityIsFinal: false);
        if (window is null)
        {
            _counters.CountLimited(LimitKind.OpenWindows, 1);
            return null;
        }
        return window.Activity ??= new(_settings, _counters);
    }

    private static SampleLoss LossOf(long sampleMs) => sampleMs switch
    {
        < 0 => SampleLoss.NegativeLatency,
        > Sketches.LatencyBuckets.MaxSample => SampleLoss.LatencyOutOfRange,
        _ => SampleLoss.None,
    };
}

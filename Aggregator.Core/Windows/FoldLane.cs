using System.Runtime.CompilerServices;
using Aggregator.Core.Records;
using Aggregator.Core.Sketches;
using Aggregator.Core.Tuning;

namespace Aggregator.Core.Windows;

/// <summary>
/// Folds the records of some partitions: all of them, or those of one lane beside others (<see cref="DeliveryJoinScope.Partition"/>). Everything that it changes is its own; what is
/// final does not change while it folds. One thread at a time.
/// </summary>
// HOT: once per record. Benchmark: FoldBenchmark. No allocation per record (AllocationTests).
internal sealed class FoldLane
{
    /// <summary>So many records are decoded before they are folded: the memory that they will touch is fetched meanwhile.</summary>
    private static readonly int Ahead = Tricks.LooksAhead ? 16 : 1;

    /// <summary>So many records before it is decoded, the bytes of a record are asked for: another processor has written them.</summary>
    private const int BytesAhead = 6;

    private const int CacheLine = 64;

    // One of 256.
    private const ulong SampleMask = 0xFF;

    private readonly AggregationSettings _settings;
    private readonly FoldCounters _counters;
    private readonly long _sizeMs;
    private readonly long _latenessMs;
    private readonly RecordDecoder _decoder;
    private readonly DecodedRecord[] _records = new DecodedRecord[Ahead];
    private readonly RejectReason[] _reasons = new RejectReason[Ahead];
    private readonly RecordGroups _groups;
    private readonly OpenWindows _windows;
    private readonly FinalWindows _final;
    private readonly DeliveryJoin _join;
    private readonly PartitionFolds _partitions;
    private readonly bool _isBeside;

    /// <param name="settings">What to compute.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="counters">Takes the counts; nobody else writes to it meanwhile.</param>
    /// <param name="windows">The windows of the lane.</param>
    /// <param name="final">Knows what is final.</param>
    /// <param name="partitions">The partitions of all lanes.</param>
    public FoldLane(AggregationSettings settings, FieldNames names, FoldCounters counters, OpenWindows windows, FinalWindows final, PartitionFolds partitions)
    {
        _settings = settings;
        _counters = counters;
        _sizeMs = (long)settings.Window.TotalMilliseconds;
        _latenessMs = (long)settings.Lateness.TotalMilliseconds;
        IReadOnlyList<string> dimensions = RecordGroups.DimensionsOf(settings.Groups);
        _decoder = new(names, dimensions, settings.MaxFutureSkew);
        for (int i = 0; i < Ahead; i++)
        {
            _records[i] = new(dimensions.Count, settings.Groups.Count);
        }
        _groups = new(settings, dimensions, _decoder);
        _windows = windows;
        _final = final;
        _join = new(settings, windows);
        _partitions = partitions;
        _isBeside = settings.LaneCount > 1;
    }

    public FoldCounters Counters => _counters;

    /// <summary>As <see cref="WindowAggregator.FoldUntilMs"/>.</summary>
    public long FoldUntilMs { get; set; } = long.MaxValue;

    /// <summary>Records of the last batch that were rejected.</summary>
    public List<(int Index, RejectReason Reason)> Rejected { get; } = [];

    /// <summary>Some of the ids of the last batch, always the same ones, to see whether both topics have them in partitions of the same number; kept beside other lanes only.</summary>
    public List<(ulong Id, int Partition)> Sampled { get; } = [];

    /// <summary>Folds records of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="number">Its number, to tell it from others.</param>
    /// <param name="indexes">Which of its records.</param>
    public void Fold(RecordBatch batch, long number, ReadOnlySpan<int> indexes)
    {
        Rejected.Clear();
        Sampled.Clear();
        long fallbacks = _decoder.Fallbacks;
        while (!indexes.IsEmpty)
        {
            int count = DecodeAhead(batch, indexes);
            for (int i = 0; i < count; i++)
            {
                Fold(batch, number, indexes[i], _records[i], _reasons[i]);
            }
            indexes = indexes[count..];
        }
        _counters.CountDecodeFallbacks(_decoder.Fallbacks - fallbacks);
    }

    private int DecodeAhead(RecordBatch batch, ReadOnlySpan<int> indexes)
    {
        _decoder.Forget();
        _groups.Forget();
        int most = Math.Min(indexes.Length, Ahead);
        int count = 0;
        for (; count < most && _decoder.HasRoom; count++)
        {
            if (_isBeside && count + BytesAhead < indexes.Length)
            {
                Fetch(batch, indexes[count + BytesAhead]);
            }
            DecodedRecord record = _records[count];
            _reasons[count] = _decoder.Decode(batch, indexes[count], record);
            if (_reasons[count] != RejectReason.None)
            {
                continue;
            }
            _groups.Number(record);
            if (Tricks.LooksAhead && _windows.Find(record.TimeMs / _sizeMs) is { } window)
            {
                _join.Prefetch(window, record);
                window.Activity?.Prefetch(record, _groups);
            }
        }
        return count;
    }

    private static void Fetch(RecordBatch batch, int index)
    {
        ref byte first = ref batch.FirstByte(index, out int length);
        for (int at = 0; at < length; at += CacheLine)
        {
            CacheHint.Soon(ref Unsafe.Add(ref first, at));
        }
    }

    private void Fold(RecordBatch batch, long number, int index, DecodedRecord record, RejectReason reason)
    {
        PartitionId id = batch.Partitions[index];
        long offset = batch.Offsets[index];
        PartitionFold partition = _partitions.FindOrAdd(id, offset);
        if (partition.Watermark.HasPassed(FoldUntilMs))
        {
            return;
        }
        if (partition.BatchNumber != number)
        {
            partition.BatchNumber = number;
            partition.Needed.BeginBatch(new(offset, partition.Watermark.Ms));
        }
        if (offset >= partition.Passages.NextOffset)
        {
            partition.Passages.Enter(offset);
        }
        partition.NextOffset = offset + 1;
        _counters.CountRecords(id.Topic, 1);
        if (reason != RejectReason.None)
        {
            partition.Rejected++;
            partition.LastRejectReason = reason;
            partition.LastRejectOffset = offset;
            _counters.CountRejected(id.Topic, reason);
            Rejected.Add((index, reason));
            return;
        }
        if ((record.MessageId & SampleMask) == 0 && _isBeside)
        {
            Sampled.Add((record.MessageId, id.Partition));
        }
        if (id.Topic == RecordTopic.Latency)
        {
            FoldLatency(partition, record, batch.Value(index));
        }
        else
        {
            FoldAck(partition, record, batch.Value(index));
        }
        partition.Watermark.Observe(record.ReportMs, _latenessMs);
    }

    private void FoldLatency(PartitionFold partition, DecodedRecord record, ReadOnlySpan<byte> value)
    {
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
        bool isActive = record.HasSender && !isDuplicate && !IsLate(partition, FactKind.Activity, cohort, _final.ActivityFinal, 0);
        SampleLoss loss = SampleLoss.None;
        if (isReceived)
        {
            loss = LossOf(record.SampleMs);
            if (loss != SampleLoss.None)
            {
                _counters.CountSampleLeftOut(loss);
            }
        }
        if (isActive)
        {
            partition.Needed.NeedUntil(cohort);
            ActivityAt(cohort)?.AddSender(record, _groups, value);
        }
        if (isReceived)
        {
            partition.Needed.NeedUntil(receivedWindow);
            ActivityAt(receivedWindow)?.AddReceived(record, loss == SampleLoss.None, _groups, value);
        }
    }

    private void FoldAck(PartitionFold partition, DecodedRecord record, ReadOnlySpan<byte> value)
    {
        long window = record.TimeMs / _sizeMs;
        if (IsLate(partition, FactKind.Acked, window, _final.ActivityFinal, 0))
        {
            return;
        }
        // An acknowledgement may deliver a message of the window behind its own: clocks disagree (SPEC section 4).
        partition.Needed.NeedUntil(window + 1);
        if (ActivityAt(window) is { } activity)
        {
            activity.AddAck(record, _decoder, _groups, value);
            if (record.IsSuccess)
            {
                _join.Acknowledge(record, window);
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
            _counters.CountLimited(LimitKind.OpenWindows, facts: 1);
            return null;
        }
        return window.OpenActivity(_settings, _counters);
    }

    private static SampleLoss LossOf(long sampleMs) => sampleMs switch
    {
        < 0 => SampleLoss.NegativeLatency,
        > LatencyBuckets.MaxSample => SampleLoss.LatencyOutOfRange,
        _ => SampleLoss.None,
    };
}

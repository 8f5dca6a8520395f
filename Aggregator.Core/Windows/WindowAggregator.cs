using Aggregator.Core.EventTime;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>
/// The fold: takes batches of records and gives out final windows. No I/O, no clock; called by one thread, it may use others while it folds a batch. What it gives out
/// depends on the records of each partition and their order in it, and on nothing else: not on batches, lanes, or how partitions interleave (SPEC sections 2 to 4).
/// </summary>
// HOT: Fold and what it calls, once per record. Benchmark: FoldBenchmark. No allocation per record (AllocationTests).
public sealed class WindowAggregator
{
    /// <summary>Fewer records are folded before another thread is awake.</summary>
    private const int LeastForThreads = 256;

    private readonly FoldCounters _counters;
    private readonly IRejectObserver? _rejects;
    private readonly long _sizeMs;
    private readonly OpenWindows[] _windows;
    private readonly FinalWindows _final;
    private readonly FoldLane[] _lanes;
    private readonly LaneCrew _crew;
    private readonly PartitionFolds _partitions = new();
    private readonly IdPlaces _places = new();
    private int[] _all = [];
    private RecordBatch? _batch;
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
        _counters = counters;
        _rejects = rejects;
        _sizeMs = (long)settings.Window.TotalMilliseconds;
        _windows = new OpenWindows[settings.LaneCount];
        for (int i = 0; i < _windows.Length; i++)
        {
            _windows[i] = new(settings.MaxOpenWindows);
        }
        _final = new(settings, counters, _windows, lastWindowMs / _sizeMs, (finalThroughMs / _sizeMs) - 1 ?? FinalWindows.NoWindow);
        _lanes = [.. _windows.Select(windows => new FoldLane(settings, names, _windows.Length == 1 ? counters : new(), windows, _final, _partitions))];
        LaneShare[] shares = [.. _lanes.Select((_, lane) => new LaneShare(lane, _lanes.Length))];
        _crew = new(_lanes.Length, lane => _lanes[lane].Fold(_batch!, _batchNumber, shares[lane].Of(_batch!)));
    }

    /// <summary>
    /// Where W(p) has come so far, what follows in the partition is not folded and not counted. <see cref="long.MaxValue"/>, the default, for no such time. For replays that end.
    /// </summary>
    public long FoldUntilMs
    {
        get => _lanes[0].FoldUntilMs;
        set => Array.ForEach(_lanes, lane => lane.FoldUntilMs = value);
    }

    /// <summary>Windows that are not yet final, or still needed by one that is not.</summary>
    public int OpenWindowCount
    {
        get
        {
            int most = 0;
            foreach (OpenWindows lane in _windows)
            {
                most = Math.Max(most, lane.Count);
            }
            return most;
        }
    }

    /// <summary>Bytes of tables of windows that are gone, kept for those that come.</summary>
    public long SpareBytes => _windows.Sum(lane => lane.Spares.Bytes);

    /// <summary>The time up to which everything is final, as far as results are concerned: windows that end at or before it were given out. Null before the first.</summary>
    public long? FinalThroughMs => _final.Settled == FinalWindows.NoWindow ? null : (_final.Settled + 1) * _sizeMs;

    /// <summary>The start of the last window that was given out; null before the first.</summary>
    public long? LastWindowMs => _final.LastDelivery * _sizeMs;

    /// <summary>Makes a partition known, from a place in it on; one that appears in a batch unannounced starts at its first record.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="start">Where it is read from.</param>
    /// <param name="passages">When time passed over it in the run before this one, in the order of their offsets; null for never.</param>
    public void AddPartition(PartitionId partition, LogPosition start, IReadOnlyList<IdlePassage>? passages = null) =>
        _partitions.Add(partition, start, passages ?? []);

    /// <summary>How far each partition is.</summary>
    public IEnumerable<PartitionProgress> Progress => _partitions.All.Select(partition => partition.Progress);

    /// <summary>How far a partition is that is known.</summary>
    public PartitionProgress ProgressOf(PartitionId partition) => _partitions.Find(partition)!.Progress;

    /// <summary>The earliest windows of which something is not final, in order.</summary>
    public IReadOnlyList<WindowSpan> EarliestOpen(int most) =>
        [.. _windows.SelectMany(lane => lane.Earliest(most)).Distinct().Order().Take(most).Select(index => new WindowSpan(index * _sizeMs, _sizeMs))];

    /// <summary>The end of the last window that is over at a time.</summary>
    public long LastEndBy(long timeMs) => timeMs < 0 ? PartitionWatermark.None : timeMs / _sizeMs * _sizeMs;

    /// <summary>From where a partition must be read again by one who knows only what was given out so far.</summary>
    public LogPosition LowWater(PartitionId partition)
    {
        PartitionFold state = _partitions.Find(partition)!;
        return state.Needed.LowWater(_final.Settled, _final.CohortsClosedBy(state.ReachedMs), state.Next);
    }

    /// <summary>Time moves on without an idle partition: what it brings from now on is judged against that time too.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="timeMs">How far, ms since the epoch. It never goes back.</param>
    public void PassOver(PartitionId partition, long timeMs)
    {
        PartitionFold state = _partitions.Find(partition)!;
        if (timeMs > state.ReachedMs && !state.Passages.Add(state.NextOffset, timeMs))
        {
            _counters.CountLimited(LimitKind.IdlePassages, 1);
        }
    }

    /// <summary>What one who reads a partition again from <see cref="LowWater"/> must know of the times that passed over it.</summary>
    public IReadOnlyList<IdlePassage> PassagesFrom(PartitionId partition, LogPosition lowWater) => _partitions.Find(partition)!.Passages.From(lowWater);

    /// <summary>A partition was read up to an offset without a record (control records of transactions take offsets too).</summary>
    public void SkipTo(PartitionId partition, long offset)
    {
        if (_partitions.Find(partition) is { } state && offset > state.NextOffset)
        {
            state.NextOffset = offset;
            state.Passages.Enter(offset);
        }
    }

    /// <summary>W(p) of a partition, or <see cref="PartitionWatermark.None"/>.</summary>
    public long WatermarkOf(PartitionId partition) => _partitions.Find(partition)?.Watermark.Ms ?? PartitionWatermark.None;

    /// <summary>Folds the records of a batch.</summary>
    public void Fold(RecordBatch batch)
    {
        _batchNumber++;
        if (_lanes.Length == 1)
        {
            _lanes[0].Fold(batch, _batchNumber, AllOf(batch.Count));
        }
        else
        {
            _batch = batch;
            _crew.Run(isWorthThreads: batch.Count >= LeastForThreads);
            _batch = null;
            foreach (FoldLane lane in _lanes)
            {
                _counters.Take(lane.Counters);
                foreach ((ulong id, int partition) in lane.Sampled)
                {
                    if (!_places.Note(id, partition))
                    {
                        _counters.CountMisplacedId();
                    }
                }
            }
        }
        _partitions.EnterPassages();
        if (_rejects is not null && Array.Exists(_lanes, static lane => lane.Rejected.Count > 0))
        {
            foreach ((int index, RejectReason reason) in _lanes.SelectMany(lane => lane.Rejected).OrderBy(rejected => rejected.Index))
            {
                _rejects.Rejected(batch, index, reason);
            }
        }
    }

    /// <summary>Tells how far event time has come in all partitions: windows that are over by then become final.</summary>
    /// <param name="watermarkMs">The watermark; <see cref="long.MaxValue"/> where nothing follows. One that goes back is ignored.</param>
    /// <returns>What became final, in the order of the windows.</returns>
    public FinalResults Advance(long watermarkMs) => _final.Advance(watermarkMs);

    private ReadOnlySpan<int> AllOf(int count)
    {
        if (_all.Length < count)
        {
            _all = [.. Enumerable.Range(0, count)];
        }
        return _all.AsSpan(0, count);
    }
}

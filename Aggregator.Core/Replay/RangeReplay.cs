using Aggregator.Core.EventTime;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>
/// Replays a range of the topics' logs: gives the windows of the range exactly the values that a replay of everything gives them, the empty ones between included (SPEC
/// sections 4 and 7). A replay has no clock: partitions end at their end offsets, and then everything still open becomes final.
/// </summary>
public sealed class RangeReplay
{
    /// <summary>How many windows before the range are looked at for the one behind which the range begins empty: one, then more, then all that can matter.</summary>
    private static readonly long[] LookBack = [1, 16, 240, LongestGap + 1];

    private const long LongestGap = 1_440;

    private readonly ITopicLog _log;
    private readonly AggregationSettings _settings;
    private readonly FieldNames _names;
    private readonly string _latencyTopic;
    private readonly string _ackTopic;
    private readonly ReplayRange _range;
    private readonly long _sizeMs;
    private readonly long _stopMs;
    private readonly Dictionary<PartitionId, long> _ends = [];
    private FoldCounters _counters = new();
    private ReplaySummary _summary;
    private WindowAggregator _aggregator = null!;
    private RangePass _pass = null!;
    private long? _firstMs;
    private long? _lastMs;

    /// <param name="log">The logs.</param>
    /// <param name="range">The windows to give.</param>
    /// <param name="settings">What to compute.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="latencyTopic">The name of the latency topic.</param>
    /// <param name="ackTopic">The name of the ack topic.</param>
    public RangeReplay(ITopicLog log, ReplayRange range, AggregationSettings settings, FieldNames names, string latencyTopic, string ackTopic)
    {
        _log = log;
        _range = range;
        _settings = settings;
        _names = names;
        _latencyTopic = latencyTopic;
        _ackTopic = ackTopic;
        _summary = new(_counters, latencyTopic, ackTopic);
        _sizeMs = (long)settings.Window.TotalMilliseconds;
        _stopMs = range.ToMs + (long)settings.AckTimeout.TotalMilliseconds ?? long.MaxValue;
    }

    /// <summary>Called after each batch.</summary>
    public Action<RangeProgress>? Progress { get; set; }

    /// <summary>Called when results were given out, with a way to get what <see cref="GoOn"/> needs.</summary>
    public Action<Func<RangeCheckpoint>>? Saving { get; set; }

    /// <summary>Looks on at each record; null for nobody.</summary>
    public IFoldObserver? Observer { get; set; }

    /// <summary>Replays the range from its beginning.</summary>
    /// <param name="extents">The logs as they were at the start; nothing behind their ends is read.</param>
    /// <param name="take">Takes the windows of the range, in order, each with all that belongs to it (<see cref="FinalResults.OfWhole"/>).</param>
    /// <param name="cancellation">Ends the replay; what was given out by then is not all.</param>
    /// <exception cref="RecordsGoneException">Retention took records while they were being read.</exception>
    public ReplaySummary Run(IReadOnlyList<LogExtent> extents, Action<FinalResults> take, CancellationToken cancellation)
    {
        RunUp runUp = new(_log, extents, _settings, _names);
        foreach (LogExtent extent in extents)
        {
            _ends[extent.Partition] = extent.End;
        }
        long? beginMs = _range.FromMs - _sizeMs;
        for (int look = 1; ; look++)
        {
            Dictionary<PartitionId, long> starts = runUp.Find(beginMs, cancellation);
            bool isAll = extents.All(extent => starts[extent.Partition] == extent.Earliest);
            _counters = new();
            _summary = new(_counters, _latencyTopic, _ackTopic);
            _firstMs = null;
            _lastMs = null;
            _aggregator = new(_settings, _names, _counters, finalThroughMs: isAll ? null : beginMs);
            foreach ((PartitionId partition, long start) in starts)
            {
                _aggregator.AddPartition(partition, new(start, PartitionWatermark.None));
            }
            _pass = PassOn(cancellation);
            if (Read(take, isAll ? null : beginMs, cancellation))
            {
                return _summary;
            }
            // The range begins with empty windows, which count only behind one with facts that is not too far away: look for it.
            beginMs = Math.Max(_range.FromMs!.Value - (LookBack[Math.Min(look, LookBack.Length - 1)] * _sizeMs), _firstMs!.Value - ((LongestGap + 1) * _sizeMs));
        }
    }

    /// <summary>Goes on where a replay of the same range, with the same settings, broke off.</summary>
    /// <param name="checkpoint">Where it was.</param>
    /// <param name="take">Takes what follows.</param>
    /// <param name="cancellation">Ends the replay.</param>
    /// <exception cref="RecordsGoneException">Retention took records that are needed.</exception>
    public ReplaySummary GoOn(RangeCheckpoint checkpoint, Action<FinalResults> take, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        _aggregator = new(_settings, _names, _counters, lastWindowMs: checkpoint.LastWindowMs, finalThroughMs: checkpoint.FinalThroughMs);
        _firstMs = checkpoint.LastWindowMs;
        _lastMs = checkpoint.LastWindowMs;
        foreach (PartitionCheckpoint partition in checkpoint.Partitions)
        {
            _ends[IdOf(partition)] = partition.End;
            _aggregator.AddPartition(IdOf(partition), new(partition.LowOffset, partition.LowWatermarkMs ?? PartitionWatermark.None));
        }
        NewPass(checkpoint.Partitions.Select(partition => new LogSection(IdOf(partition), partition.LowOffset, partition.NextOffset)), cancellation)
            .Run(long.MaxValue, () => true);
        _counters.Restore(checkpoint.Counters);
        _summary.Windows = checkpoint.Windows;
        _pass = PassOn(cancellation);
        Read(take, null, cancellation);
        return _summary;
    }

    private static PartitionId IdOf(PartitionCheckpoint partition) => new((RecordTopic)partition.Topic, partition.Partition);

    private RangePass PassOn(CancellationToken cancellation) => NewPass(
        _aggregator.Progress.Select(progress => new LogSection(progress.Partition, progress.NextOffset, _ends[progress.Partition])), cancellation);

    private RangePass NewPass(IEnumerable<LogSection> sections, CancellationToken cancellation) =>
        new(_log, _aggregator, _counters, Observer, sections, _settings.Window, cancellation);

    /// <summary>Reads until the range is final. False where the reading began too late to know whether the windows at its beginning count.</summary>
    /// <param name="take">Takes the windows of the range.</param>
    /// <param name="beginMs">The first window that the reading knows; null where there is none before.</param>
    /// <param name="cancellation">Ends the replay.</param>
    private bool Read(Action<FinalResults> take, long? beginMs, CancellationToken cancellation)
    {
        bool isKnown = _pass.Run(_stopMs, () => Advance(_pass.WatermarkMs, take, beginMs, maySave: true)) && Advance(_pass.IsAtEnd ? long.MaxValue : _stopMs, take, beginMs, maySave: false);
        if (!isKnown || _pass.IsAtEnd || _lastMs >= _range.ToMs - _sizeMs)
        {
            return isKnown;
        }
        long[] counts = _counters.Save();
        isKnown = FindNext(take, beginMs, cancellation);
        _counters.Restore(counts);
        return isKnown;
    }

    /// <summary>The last windows of the range are empty: they count where one with facts follows soon enough, and for that the logs are read on.</summary>
    private bool FindNext(Action<FinalResults> take, long? beginMs, CancellationToken cancellation)
    {
        long farthestMs = (_lastMs ?? _range.FromMs ?? 0) + ((LongestGap + 2) * _sizeMs) + _stopMs - _range.ToMs!.Value;
        _pass = PassOn(cancellation);
        bool isKnown = true;
        bool Look()
        {
            isKnown = Advance(_pass.WatermarkMs, take, beginMs, maySave: false);
            return isKnown && !(_lastMs >= _range.ToMs);
        }
        return _pass.Run(farthestMs, Look) ? Advance(_pass.IsAtEnd ? long.MaxValue : farthestMs, take, beginMs, maySave: false) : isKnown;
    }

    /// <summary>Gives out what is final at a watermark.</summary>
    private bool Advance(long watermarkMs, Action<FinalResults> take, long? beginMs, bool maySave)
    {
        if (watermarkMs == PartitionWatermark.None)
        {
            return true;
        }
        List<WindowResult> windows = [.. _aggregator.Advance(watermarkMs).Windows];
        if (windows.Count > 0)
        {
            _firstMs ??= windows[0].Window.StartMs;
            _lastMs = windows[^1].Window.StartMs;
            if (beginMs is { } begin && _firstMs > _range.FromMs && _firstMs - ((LongestGap + 1) * _sizeMs) < begin)
            {
                return false;
            }
            windows.RemoveAll(window => !_range.Contains(window.Window.StartMs));
            if (windows.Count > 0)
            {
                _summary.Windows += windows.Count;
                take(FinalResults.OfWhole(windows));
                if (maySave)
                {
                    Saving?.Invoke(Checkpoint);
                }
            }
        }
        Report();
        return true;
    }

    private void Report()
    {
        if (Progress is not null)
        {
            (long read, long all) = _pass.Offsets;
            Progress(new(_summary.Records, all == 0 ? 1 : (double)read / all, _pass.WatermarkMs is PartitionWatermark.None or long.MaxValue ? null : _pass.WatermarkMs));
        }
    }

    private RangeCheckpoint Checkpoint() => new(
        _aggregator.FinalThroughMs, _aggregator.LastWindowMs, _summary.Windows, _counters.Save(), [.. _aggregator.Progress.Select(Checkpoint)]);

    private PartitionCheckpoint Checkpoint(PartitionProgress progress)
    {
        LogPosition low = _aggregator.LowWater(progress.Partition);
        return new((int)progress.Partition.Topic, progress.Partition.Partition, low.Offset, low.WatermarkMs == PartitionWatermark.None ? null : low.WatermarkMs,
            progress.NextOffset, _ends[progress.Partition]);
    }
}

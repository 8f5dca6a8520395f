using Aggregator.Core.EventTime;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>
/// One reading of a range: takes the partitions in step with event time, so that no more than a few windows are open at a time, and stops each at the very record that
/// makes the last window of the range final for it.
/// </summary>
internal sealed class RangePass
{
    /// <summary>How far a partition may be ahead of the one that is farthest behind, in windows and in event time: what is in between is looked for in one more window, out of the caches.</summary>
    private const int LeadWindows = 2;

    private static readonly TimeSpan MaxLead = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(10);

    private readonly ITopicLog _log;
    private readonly WindowAggregator _aggregator;
    private readonly FoldCounters _counters;
    private readonly IFoldObserver? _observer;
    private readonly RecordBatch _batch;
    private readonly Reading[] _partitions;
    private readonly long _leadMs;
    private readonly CancellationToken _cancellation;
    private int _turn;

    public RangePass(ITopicLog log, WindowAggregator aggregator, FoldCounters counters, IFoldObserver? observer, IEnumerable<LogSection> sections, TimeSpan window,
        CancellationToken cancellation)
    {
        _log = log;
        _aggregator = aggregator;
        _counters = counters;
        _observer = observer;
        _batch = new(observer is null ? 4096 : 1);
        _partitions = [.. sections.Select(section => new Reading(section))];
        _leadMs = (long)Math.Min(LeadWindows * window.TotalMilliseconds, MaxLead.TotalMilliseconds);
        _cancellation = cancellation;
    }

    /// <summary>Whether every partition was read to the end of its section, none stopped before.</summary>
    public bool IsAtEnd => Array.TrueForAll(_partitions, partition => partition.IsAtEnd);

    /// <summary>Event time that all partitions that are not over have reached; <see cref="PartitionWatermark.None"/> at first.</summary>
    public long WatermarkMs { get; private set; } = PartitionWatermark.None;

    /// <summary>Records behind the reading, and all those of the sections; gaps in the offsets count too.</summary>
    public (long Read, long All) Offsets
    {
        get
        {
            long read = 0;
            long all = 0;
            foreach (Reading partition in _partitions)
            {
                read += partition.IsOver ? partition.Section.Stop - partition.Section.Start : partition.Next - partition.Section.Start;
                all += partition.Section.Stop - partition.Section.Start;
            }
            return (read, all);
        }
    }

    /// <summary>Reads and folds until all partitions are over, or <paramref name="step"/> returns false.</summary>
    /// <param name="stopMs">A partition whose W(p) has come so far is over; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="step">Called after each batch.</param>
    /// <returns>False where the step said so.</returns>
    public bool Run(long stopMs, Func<bool> step)
    {
        _aggregator.FoldUntilMs = stopMs;
        _log.Begin([.. _partitions.Select(partition => partition.Section)]);
        foreach (Reading partition in _partitions)
        {
            partition.IsOver |= _aggregator.WatermarkOf(partition.Section.Partition) >= stopMs;
        }
        while (Array.Exists(_partitions, partition => !partition.IsOver))
        {
            _cancellation.ThrowIfCancellationRequested();
            long least = Least();
            Reading? next = ReadNext(least);
            if (next is null)
            {
                continue;
            }
            Fold();
            if (_aggregator.WatermarkOf(next.Section.Partition) >= stopMs)
            {
                next.IsOver = true;
            }
            // Behind the stop windows are incomplete: they must not become final.
            WatermarkMs = Math.Max(WatermarkMs, IsAtEnd ? long.MaxValue : Math.Min(Least(), stopMs));
            if (!step())
            {
                return false;
            }
        }
        return true;
    }

    private void Fold()
    {
        if (_batch.Count > 0)
        {
            _observer?.Folding(_batch, _aggregator, _counters);
            _aggregator.Fold(_batch);
            _observer?.Folded(_batch, _aggregator, _counters);
            _batch.Clear();
        }
    }

    /// <summary>Reads some records of one partition that is not too far ahead, each in its turn; null when none brought any.</summary>
    private Reading? ReadNext(long least)
    {
        long limit = least == PartitionWatermark.None ? PartitionWatermark.None : least + _leadMs;
        Reading? slowest = null;
        for (int i = 0; i < _partitions.Length; i++)
        {
            Reading partition = _partitions[(_turn + i) % _partitions.Length];
            if (partition.IsOver || _aggregator.WatermarkOf(partition.Section.Partition) is long watermark && watermark > limit)
            {
                continue;
            }
            if (Read(partition, TimeSpan.Zero))
            {
                _turn = (_turn + i + 1) % _partitions.Length;
                return partition;
            }
            slowest ??= partition;
        }
        return slowest is not null && Read(slowest, Wait) ? slowest : null;
    }

    private bool Read(Reading partition, TimeSpan wait)
    {
        switch (_log.Read(partition.Section.Partition, _batch, wait))
        {
            case LogRead.Records:
                partition.Next = _batch.Offsets[^1] + 1;
                return true;
            case LogRead.End:
                partition.IsOver = true;
                partition.IsAtEnd = true;
                _aggregator.SkipTo(partition.Section.Partition, partition.Section.Stop);
                return true;
            default:
                return false;
        }
    }

    private long Least()
    {
        long least = long.MaxValue;
        foreach (Reading partition in _partitions)
        {
            if (!partition.IsOver)
            {
                least = Math.Min(least, _aggregator.WatermarkOf(partition.Section.Partition));
            }
        }
        return least;
    }

    private sealed class Reading(LogSection section)
    {
        public LogSection Section { get; } = section;

        public long Next { get; set; } = section.Start;

        public bool IsOver { get; set; } = section.Start >= section.Stop;

        public bool IsAtEnd { get; set; } = section.Start >= section.Stop;
    }
}

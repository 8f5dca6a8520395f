using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>
/// Looks on while records are folded, and notes of each that has to do with one window what became of it. The fold judges; this one only reads the counters before and after.
/// </summary>
public sealed class WindowExplainer : IFoldObserver
{
    private static readonly FactKind[] Kinds = Enum.GetValues<FactKind>();
    private static readonly SampleLoss[] Losses = Enum.GetValues<SampleLoss>();

    private readonly WindowSpan _window;
    private readonly long _latenessMs;
    private readonly RecordDecoder _decoder;
    private readonly DecodedRecord _record;
    private readonly SortedDictionary<int, PartitionExplanation> _partitions = [];
    private readonly long[] _late = new long[Kinds.Length];
    private readonly long[] _duplicates = new long[Kinds.Length];
    private readonly long[] _leftOut = new long[Losses.Length];
    private FoldCounters? _counters;
    private long _records;

    /// <param name="window">The window.</param>
    /// <param name="settings">What is computed.</param>
    /// <param name="names">The JSON names of the fields.</param>
    public WindowExplainer(WindowSpan window, AggregationSettings settings, FieldNames names)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _window = window;
        _latenessMs = (long)settings.Lateness.TotalMilliseconds;
        // Dimensions decide nothing here, but a record that has a bad one is rejected.
        IReadOnlyList<string> dimensions = [.. settings.Groups.SelectMany(set => set).Distinct(StringComparer.Ordinal)];
        _decoder = new(names, dimensions, settings.MaxFutureSkew);
        _record = new(dimensions.Count);
    }

    /// <summary>What each partition has of the window, in order; partitions of which nothing was read are not among them.</summary>
    public IReadOnlyList<PartitionExplanation> Partitions => [.. _partitions.Values];

    /// <summary>The window's result; null where it has none.</summary>
    public WindowResult? Result { get; private set; }

    /// <summary>Takes what becomes final.</summary>
    public void Take(FinalResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        Result = results.Windows.FirstOrDefault(window => window.Window.StartMs == _window.StartMs) ?? Result;
    }

    public void Folding(RecordBatch record, WindowAggregator aggregator, FoldCounters counters)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(counters);
        if (!ReferenceEquals(counters, _counters))
        {
            // The replay began anew, from further back.
            _counters = counters;
            _partitions.Clear();
        }
        _records = counters.Records(record.Partitions[0].Topic);
        foreach (FactKind kind in Kinds)
        {
            _late[(int)kind] = Late(kind);
            _duplicates[(int)kind] = counters.Duplicates(kind);
        }
        foreach (SampleLoss loss in Losses)
        {
            _leftOut[(int)loss] = counters.SamplesLeftOut(loss);
        }
    }

    public void Folded(RecordBatch record, WindowAggregator aggregator, FoldCounters counters)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(aggregator);
        ArgumentNullException.ThrowIfNull(counters);
        PartitionId partition = record.Partitions[0];
        if (counters.Records(partition.Topic) == _records)
        {
            // behind the end of the range
            return;
        }
        if (!_partitions.TryGetValue(partition.Index, out PartitionExplanation? explanation))
        {
            _partitions.Add(partition.Index, explanation = new(partition));
        }
        explanation.NoteRead(record.Offsets[0]);
        RejectReason reason = _decoder.Decode(partition.Topic, record.Value(0), record.Timestamps[0], _record);
        bool isOfWindow = reason != RejectReason.None ? NoteRejected(explanation, reason, record.Timestamps[0], aggregator.WatermarkOf(partition) + _latenessMs)
            : partition.Topic == RecordTopic.Latency ? NoteMessage(explanation) : NoteAck(explanation);
        if (isOfWindow)
        {
            explanation.NoteRecord(record.Offsets[0], record.Timestamps[0]);
        }
    }

    private bool NoteRejected(PartitionExplanation explanation, RejectReason reason, long timestampMs, long eventTimeMs)
    {
        bool isOfWindow = IsInWindow(timestampMs == RecordBatch.NoTimestamp ? eventTimeMs : timestampMs);
        if (isOfWindow)
        {
            explanation.NoteRejected(reason);
        }
        return isOfWindow;
    }

    private bool NoteMessage(PartitionExplanation explanation)
    {
        bool isSent = IsInWindow(_record.TimeMs);
        if (isSent)
        {
            explanation.NoteFact(FactKind.Sent, IsLate(FactKind.Sent), IsDuplicate(FactKind.Sent));
            // The activity of a duplicate is neither judged nor counted.
            if (_record.HasSender && !IsDuplicate(FactKind.Sent))
            {
                explanation.NoteFact(FactKind.Activity, IsLate(FactKind.Activity), isDuplicate: false);
            }
        }
        bool isReceived = _record.IsReceived && IsInWindow(_record.ReceivedMs);
        if (isReceived)
        {
            explanation.NoteFact(FactKind.Received, IsLate(FactKind.Received), IsDuplicate(FactKind.Received));
            foreach (SampleLoss loss in Losses.Where(loss => _counters!.SamplesLeftOut(loss) > _leftOut[(int)loss]))
            {
                explanation.NoteLeftOut(loss);
            }
        }
        return isSent || isReceived;
    }

    private bool NoteAck(PartitionExplanation explanation)
    {
        bool isAcked = IsInWindow(_record.TimeMs);
        if (isAcked)
        {
            explanation.NoteFact(FactKind.Acked, IsLate(FactKind.Acked), isDuplicate: false);
        }
        return isAcked;
    }

    private bool IsInWindow(long timeMs) => timeMs >= _window.StartMs && timeMs < _window.EndMs;

    private bool IsLate(FactKind kind) => Late(kind) > _late[(int)kind];

    private bool IsDuplicate(FactKind kind) => _counters!.Duplicates(kind) > _duplicates[(int)kind];

    private long Late(FactKind kind) => _counters!.Late(kind, LateCause.Watermark) + _counters.Late(kind, LateCause.AfterIdle);
}

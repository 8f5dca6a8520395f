using Aggregator.Core.EventTime;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>Replays records from files through the same fold as the service (SPEC section 7). A replay has no clock: partitions end, and then all is final.</summary>
public sealed class FileReplay
{
    private readonly IReadOnlyList<IReplayInput> _inputs;
    private readonly ReplayRange _range;
    private readonly AggregationSettings _settings;
    private readonly EnvelopeReader _envelopes;
    private readonly WindowAggregator _aggregator;
    private readonly ReplaySummary _summary;
    private readonly FoldCounters _counters = new();
    private RecordBatch _batch = new();
    private readonly Dictionary<PartitionId, long> _lastOffsets = [];
    private PartitionEnds? _ends;

    /// <summary>All windows.</summary>
    /// <param name="inputs">The files, read one after the other.</param>
    /// <param name="settings">What to compute.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="latencyTopic">The name of the latency topic in the files.</param>
    /// <param name="ackTopic">The name of the ack topic in the files.</param>
    public FileReplay(IReadOnlyList<IReplayInput> inputs, AggregationSettings settings, FieldNames names, string latencyTopic, string ackTopic)
        : this(inputs, ReplayRange.Everything, settings, names, latencyTopic, ackTopic)
    {
    }

    /// <param name="inputs">The files, read one after the other.</param>
    /// <param name="range">The windows to give out; all records are read, whatever it is.</param>
    /// <param name="settings">What to compute.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="latencyTopic">The name of the latency topic in the files.</param>
    /// <param name="ackTopic">The name of the ack topic in the files.</param>
    public FileReplay(
        IReadOnlyList<IReplayInput> inputs, ReplayRange range, AggregationSettings settings, FieldNames names, string latencyTopic, string ackTopic)
    {
        _inputs = inputs;
        _range = range;
        _settings = settings;
        _envelopes = new(latencyTopic, ackTopic);
        _aggregator = new(settings, names, _counters);
        _summary = new(_counters, latencyTopic, ackTopic);
    }

    /// <summary>Called now and then with what has been read so far: bytes, records, event time in ms (null before the first record).</summary>
    public Action<long, long, long?>? Progress { get; set; }

    /// <summary>Looks on at each record; null for nobody.</summary>
    public IFoldObserver? Observer { get; set; }

    /// <summary>Reads all input and writes the result lines.</summary>
    /// <param name="output">Takes the lines.</param>
    /// <param name="cancellation">Ends the replay; what was written by then is no result.</param>
    /// <exception cref="ReplayInputException">A line is no envelope, or a partition's offsets are not in order.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public ReplaySummary Run(Stream output, CancellationToken cancellation)
    {
        Run(results => Write(output, results), cancellation);
        output.Flush();
        return _summary;
    }

    /// <summary>Reads all input and hands out what becomes final.</summary>
    /// <param name="take">Takes results, in the order of the windows.</param>
    /// <param name="cancellation">Ends the replay; what was handed out by then is not all.</param>
    /// <exception cref="ReplayInputException">A line is no envelope, or a partition's offsets are not in order.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public ReplaySummary Run(Action<FinalResults> take, CancellationToken cancellation)
    {
        _batch = Observer is null ? _batch : new(1);
        _ends = FindEnds(cancellation);
        long bytesBefore = 0;
        for (int file = 0; file < _inputs.Count; file++)
        {
            using LineReader lines = new(_inputs[file].Open());
            while (FillBatch(lines, _inputs[file].Name))
            {
                cancellation.ThrowIfCancellationRequested();
                Fold();
                long watermark = WatermarkAt(file, lines.LineNumber);
                Give(take, _aggregator.Advance(watermark));
                Progress?.Invoke(bytesBefore + lines.BytesRead, _summary.Records, EventTime());
            }
            bytesBefore += lines.BytesRead;
        }
        Give(take, _aggregator.Advance(long.MaxValue));
        return _summary;
    }

    private void Fold()
    {
        if (_batch.Count > 0)
        {
            Observer?.Folding(_batch, _aggregator, _counters);
            _aggregator.Fold(_batch);
            Observer?.Folded(_batch, _aggregator, _counters);
        }
    }

    private PartitionEnds? FindEnds(CancellationToken cancellation)
    {
        if (!_inputs.All(input => input.CanBeReadTwice))
        {
            return null;
        }
        PartitionEnds ends = new();
        for (int file = 0; file < _inputs.Count; file++)
        {
            using LineReader lines = new(_inputs[file].Open());
            ends.Scan(file, lines, _envelopes, cancellation);
        }
        foreach (PartitionId partition in ends.Partitions)
        {
            _aggregator.AddPartition(partition, new(0, PartitionWatermark.None));
        }
        return ends;
    }

    /// <summary>Fills the batch anew; false when there was nothing left.</summary>
    private bool FillBatch(LineReader lines, string name)
    {
        _batch.Clear();
        bool isAtEnd = false;
        while (!_batch.IsFull && _batch.DataLength < RecordBatch.KeptDataBytes && !(isAtEnd = !lines.TryRead(out ReadOnlySpan<byte> line)))
        {
            if (line.IsEmpty)
            {
                continue;
            }
            EnvelopeKind kind = _envelopes.Read(line, _batch, out PartitionId partition, out long offset, out string? problem);
            if (kind == EnvelopeKind.Invalid)
            {
                throw new ReplayInputException($"{name}:{lines.LineNumber}: no line of 'kcat -C -J': {problem}");
            }
            if (kind == EnvelopeKind.OtherTopic)
            {
                _summary.OtherTopics++;
            }
            else if (offset >= 0)
            {
                CheckOrder(partition, offset, name, lines.LineNumber);
            }
        }
        return _batch.Count > 0 || !isAtEnd;
    }

    private void CheckOrder(PartitionId partition, long offset, string name, long line)
    {
        if (_lastOffsets.TryGetValue(partition, out long last) && offset <= last)
        {
            throw new ReplayInputException(
                $"{name}:{line}: offset {offset} of {_summary.NameOf(partition)} comes after offset {last}; records of a partition must be in offset order, each once");
        }
        _lastOffsets[partition] = offset;
    }

    /// <summary>How far every partition is that has more to come.</summary>
    private long WatermarkAt(int file, long line)
    {
        if (_ends is null)
        {
            return PartitionWatermark.None;
        }
        long watermark = long.MaxValue;
        foreach (PartitionId partition in _ends.Partitions)
        {
            if (!_ends.HasEnded(partition, file, line))
            {
                watermark = Math.Min(watermark, _aggregator.WatermarkOf(partition));
            }
        }
        return watermark;
    }

    private long? EventTime()
    {
        long latest = _lastOffsets.Keys.Select(_aggregator.WatermarkOf).DefaultIfEmpty(PartitionWatermark.None).Max();
        return latest == PartitionWatermark.None ? null : latest;
    }

    private void Give(Action<FinalResults> take, FinalResults results)
    {
        WindowResult[] windows = [.. results.Windows.Where(window => _range.Contains(window.Window.StartMs))];
        if (windows.Length > 0)
        {
            _summary.Windows += windows.Length;
            take(FinalResults.OfWhole(windows));
        }
    }

    private void Write(Stream output, FinalResults results)
    {
        foreach (WindowResult window in results.Windows)
        {
            foreach (GroupResult group in window.Groups)
            {
                ResultLine.Write(output, window.Window, group, _settings.Groups);
            }
        }
    }
}

using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>What one partition has of a window: records with a fact of it, and what became of these facts.</summary>
/// <param name="partition">The partition.</param>
public sealed class PartitionExplanation(PartitionId partition)
{
    private static readonly int Kinds = Enum.GetValues<FactKind>().Length;

    private readonly long[] _counted = new long[Kinds];
    private readonly long[] _late = new long[Kinds];
    private readonly long[] _duplicates = new long[Kinds];
    private readonly long[] _rejected = new long[Enum.GetValues<RejectReason>().Length];
    private readonly long[] _leftOut = new long[Enum.GetValues<SampleLoss>().Length];

    public PartitionId Partition { get; } = partition;

    /// <summary>The first and last offset that was read, the run-up included; null where none was.</summary>
    public (long First, long Last)? Read { get; private set; }

    /// <summary>The first and last offset of a record of the window; null where there is none.</summary>
    public (long First, long Last)? Offsets { get; private set; }

    /// <summary>The least and greatest Kafka timestamp of these records, ms since the epoch; null where none has one.</summary>
    public (long First, long Last)? Times { get; private set; }

    /// <summary>Records with at least one fact of the window, and rejected ones of its time.</summary>
    public long Records { get; private set; }

    /// <summary>Facts that count in the window's results.</summary>
    public long Counted(FactKind kind) => _counted[(int)kind];

    /// <summary>Facts that came when the window was closed in this partition.</summary>
    public long Late(FactKind kind) => _late[(int)kind];

    /// <summary>Facts that the same delivery had reported before.</summary>
    public long Duplicates(FactKind kind) => _duplicates[(int)kind];

    /// <summary>
    /// Records that were rejected. Their own times cannot be trusted: a record is the window's whose Kafka timestamp lies in it; where it has none, whose place in the
    /// partition does, by event time.
    /// </summary>
    public long Rejected(RejectReason reason) => _rejected[(int)reason];

    /// <summary>Received facts that count without their latency.</summary>
    public long SamplesLeftOut(SampleLoss loss) => _leftOut[(int)loss];

    internal void NoteRead(long offset) => Read = (Read?.First ?? offset, offset);

    internal void NoteRecord(long offset, long timestampMs)
    {
        Records++;
        Offsets = (Offsets?.First ?? offset, offset);
        if (timestampMs != RecordBatch.NoTimestamp)
        {
            Times = (Math.Min(Times?.First ?? timestampMs, timestampMs), Math.Max(Times?.Last ?? timestampMs, timestampMs));
        }
    }

    internal void NoteFact(FactKind kind, bool isLate, bool isDuplicate) => (isLate ? _late : isDuplicate ? _duplicates : _counted)[(int)kind]++;

    internal void NoteRejected(RejectReason reason) => _rejected[(int)reason]++;

    internal void NoteLeftOut(SampleLoss loss) => _leftOut[(int)loss]++;
}

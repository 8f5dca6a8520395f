using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>Looks on while records are folded, one at a time; for explanations, not for speed.</summary>
public interface IFoldObserver
{
    /// <summary>A record is going to be folded; the batch has no other.</summary>
    void Folding(RecordBatch record, WindowAggregator aggregator, FoldCounters counters);

    /// <summary>It was folded.</summary>
    void Folded(RecordBatch record, WindowAggregator aggregator, FoldCounters counters);
}

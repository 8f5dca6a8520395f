using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>Is told of every rejected record: for the log and the dead-letter topic. Called on the fold's thread; must be quick and never throw.</summary>
public interface IRejectObserver
{
    /// <param name="batch">The batch; valid during the call only.</param>
    /// <param name="index">The record in it.</param>
    /// <param name="reason">Why.</param>
    void Rejected(RecordBatch batch, int index, RejectReason reason);
}

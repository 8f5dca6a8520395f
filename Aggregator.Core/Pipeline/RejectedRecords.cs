using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Pipeline;

/// <summary>Tells of rejected records: in the log, and with a copy in the dead-letter topic where there is one.</summary>
/// <param name="log">Takes a few lines a minute.</param>
/// <param name="deadLetters">Takes copies; null for none.</param>
public sealed class RejectedRecords(RejectLog log, DeadLetterProducer? deadLetters) : IRejectObserver
{
    public void Rejected(RecordBatch batch, int index, RejectReason reason)
    {
        log.Rejected(batch, index, reason);
        deadLetters?.Send(batch, index, reason);
    }
}

namespace Aggregator.Core.Kafka;

/// <summary>
/// How records come out of the client: the one part of the source that differs between the supported API and the native batch calls. Used by the poll thread
/// alone; rebalance and error handlers of the client run on it, within <see cref="Poll"/>.
/// </summary>
internal interface IRecordTransport : IDisposable
{
    /// <summary>
    /// Lets the client do what is due and hands what it has to the intake: records, ends of partitions and errors, in the order in which the client has them. Nothing of a
    /// partition that was revoked within this call is handed over as if it were still read: the intake has stopped reading by then.
    /// </summary>
    /// <param name="intake">Takes it.</param>
    /// <param name="waitMs">How long to wait where there is nothing yet.</param>
    /// <returns>True where the client has no more for now.</returns>
    bool Poll(RecordIntake intake, int waitMs);
}

namespace Aggregator.Tests.Simulation;

/// <summary>What may happen next in a simulated world.</summary>
internal enum SimulatedEvent
{
    MomentPasses,
    NextRecordIsWritten,
    NothingHappensForAWhile,
    Poll,
    EndsAreNoticed,
    EndsAreAsked,
    AnswerComes,
    Fold,
    Publish,
    Commit,
    Crash,
    Rebalance,
    Halt,
    OtherTakesOver,
    BrokersFallSilent,
    ClockIsSet,
    OldRecordsAreDeleted,
}

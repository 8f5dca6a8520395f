namespace Aggregator.Core.Kafka;

/// <summary>How far a consumer has come on its way to reading.</summary>
internal enum ConsumerState
{
    /// <summary>Not in the group: another member may be at work.</summary>
    Outside,

    /// <summary>No partition is assigned.</summary>
    Unassigned,

    /// <summary>Partitions are assigned; where they start is not known or not set yet.</summary>
    Starting,

    /// <summary>Records become batches.</summary>
    Reading,

    /// <summary>The stream has ended; the member stays in the group for the last commit.</summary>
    Ended,
}

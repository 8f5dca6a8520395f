namespace Aggregator.Core.Kafka;

/// <summary>What became of a commit.</summary>
public enum CommitOutcome
{
    /// <summary>The group has the offsets.</summary>
    Done,

    /// <summary>It did not reach the group; it may do later.</summary>
    Failed,

    /// <summary>It belongs to an assignment that is over; there is nothing to commit any more.</summary>
    Void,
}

namespace Aggregator.Core.Kafka;

/// <summary>Where committed offsets go. A call waits for the answer.</summary>
public interface IOffsetStore
{
    /// <summary>Commits the offsets of all partitions in one request.</summary>
    /// <param name="points">The low-water offset of each partition.</param>
    /// <param name="assignment">The number of the assignment that they belong to (<see cref="SourceElement.Assigned.Number"/>).</param>
    /// <param name="problem">What went wrong, in words for an operator; null when nothing did.</param>
    CommitOutcome Commit(IReadOnlyList<CommitPoint> points, long assignment, out string? problem);
}

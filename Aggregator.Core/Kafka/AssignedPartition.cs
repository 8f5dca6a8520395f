using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>A partition of an assignment and where reading it starts.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="StartOffset">The first offset that will be read.</param>
/// <param name="Committed">What the group committed with that offset; null where there is no committed offset or no usable metadata.</param>
/// <param name="FromLatest">Whether it starts at the end of the log because nothing was committed and <c>AutoOffsetReset</c> is <c>latest</c>.</param>
public sealed record AssignedPartition(PartitionId Partition, long StartOffset, CommitMetadata? Committed, bool FromLatest)
{
    /// <summary>Whether it was added to a topic that the group knew already: what is published was published without it.</summary>
    public bool IsNew { get; init; }
}

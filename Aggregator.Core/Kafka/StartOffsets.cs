using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>Decides where reading a partition starts. No I/O.</summary>
internal static class StartOffsets
{
    /// <param name="partitions">The assigned partitions, as the brokers describe them.</param>
    /// <param name="latestWhereNew">Whether a group without any commit starts at the end of the log (<c>AutoOffsetReset</c> = <c>latest</c>).</param>
    /// <param name="groupIsNew">Whether the group has no commit in any partition of the two topics.</param>
    public static IReadOnlyList<StartOffset> Decide(IReadOnlyList<PartitionLog> partitions, bool latestWhereNew, bool groupIsNew) =>
        [.. partitions.Select(log => Decide(log, latestWhereNew && groupIsNew, groupIsNew))];

    private static StartOffset Decide(PartitionLog log, bool atEnd, bool groupIsNew)
    {
        if (log.Committed is not { } committed)
        {
            // A group that has committed elsewhere knows this topic: the partition was added, and its first records are as wanted as any.
            return atEnd
                ? new StartOffset(new AssignedPartition(log.Partition, log.End, null, FromLatest: true), 0, StartReason.Latest)
                : new StartOffset(new AssignedPartition(log.Partition, log.Earliest, null, FromLatest: false) { IsNew = !groupIsNew }, 0,
                    groupIsNew ? StartReason.Earliest : StartReason.NewPartition);
        }
        CommitMetadataOutcome outcome = CommitMetadata.Parse(log.Metadata, out CommitMetadata? metadata);
        if (committed > log.End)
        {
            // The log behind the commit is gone, and W(p) with it. What was published stays published.
            CommitMetadata? kept = metadata is null ? null : metadata with { WatermarkMs = null, Passages = [] };
            return new StartOffset(new AssignedPartition(log.Partition, log.Earliest, kept, FromLatest: false), 0, StartReason.LogReplaced, outcome);
        }
        if (committed < log.Earliest)
        {
            return new StartOffset(new AssignedPartition(log.Partition, log.Earliest, metadata, FromLatest: false), log.Earliest - committed,
                StartReason.RecordsLost, outcome);
        }
        return new StartOffset(new AssignedPartition(log.Partition, committed, metadata, FromLatest: false), 0, StartReason.Committed, outcome);
    }
}

/// <summary>A partition as the brokers describe it.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">What the group committed; null for nothing.</param>
/// <param name="Metadata">The metadata of that commit.</param>
/// <param name="Earliest">The first offset of the log.</param>
/// <param name="End">The end of the log as far as it is readable.</param>
internal sealed record PartitionLog(PartitionId Partition, long? Committed, string? Metadata, long Earliest, long End);

/// <summary>Where a partition starts, and why there.</summary>
internal sealed record StartOffset(AssignedPartition Assigned, long Lost, StartReason Reason, CommitMetadataOutcome Metadata = CommitMetadataOutcome.Absent);

internal enum StartReason
{
    Committed,
    Earliest,
    Latest,
    NewPartition,
    RecordsLost,
    LogReplaced,
}

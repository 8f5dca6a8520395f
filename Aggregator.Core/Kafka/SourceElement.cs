using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>What flows out of the source, in the order in which it happened: batches of records and what changes around them.</summary>
public abstract record SourceElement
{
    private protected SourceElement()
    {
    }

    /// <summary>Records of assigned partitions. Whoever takes it gives the batch back to the source's pool when done.</summary>
    public sealed record Batch(RecordBatch Records) : SourceElement;

    /// <summary>
    /// The partitions were assigned anew: this is all of them. Everything read before is void; reading starts at <see cref="AssignedPartition.StartOffset"/> of each.
    /// </summary>
    /// <param name="Partitions">The whole assignment.</param>
    /// <param name="LatencyPartitions">How many partitions the latency topic has.</param>
    /// <param name="AckPartitions">How many partitions the ack topic has.</param>
    public sealed record Assigned(IReadOnlyList<AssignedPartition> Partitions, int LatencyPartitions, int AckPartitions) : SourceElement
    {
        /// <summary>Counts assignments from 1: a commit that belongs to an earlier one is void.</summary>
        public long Number { get; init; }

        /// <summary>Deliveries are joined over all partitions of both topics: with fewer there are no results.</summary>
        public bool IsComplete => LatencyPartitions > 0 && AckPartitions > 0 && Partitions.Count == LatencyPartitions + AckPartitions;
    }

    /// <summary>No partition is assigned any more (revoked, or lost); an <see cref="Assigned"/> follows when that changes.</summary>
    public sealed record Unassigned : SourceElement;

    /// <summary>A partition was read up to <paramref name="Offset"/>, its end at that moment; control records of transactions before it included.</summary>
    public sealed record PartitionEnd(PartitionId Partition, long Offset) : SourceElement;

    /// <summary>
    /// The ends of all assigned partitions as the brokers said when asked at <paramref name="AskedAt"/>: a partition folded up to its end was empty at that time.
    /// Comes about once a second while the brokers answer, and never while they do not.
    /// </summary>
    /// <param name="AskedAt">The wall clock just before asking.</param>
    /// <param name="AskedTimestamp">The monotonic clock (<see cref="TimeProvider.GetTimestamp"/>) at the same moment.</param>
    /// <param name="Ends">The end offset (the next one to be written; the last stable one under read_committed) of each partition.</param>
    public sealed record EndOffsets(DateTimeOffset AskedAt, long AskedTimestamp, IReadOnlyList<KeyValuePair<PartitionId, long>> Ends) : SourceElement;
}

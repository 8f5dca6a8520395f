namespace Aggregator.Core.Windows;

/// <summary>Where the acknowledgement of a message may lie.</summary>
public enum DeliveryJoinScope
{
    /// <summary>In any partition of the ack topic: one thread folds all.</summary>
    All,

    /// <summary>
    /// In the partition of the same number: both topics are keyed by <c>msg_id</c>, in the same way, and have equally many partitions. Then partitions fold on
    /// several threads, with the same results.
    /// </summary>
    Partition,
}

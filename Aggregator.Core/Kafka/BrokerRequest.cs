namespace Aggregator.Core.Kafka;

/// <summary>Kinds of requests, by the numbers of Kafka's protocol.</summary>
public enum BrokerRequest
{
    Produce = 0,
    Fetch = 1,
    ListOffsets = 2,
    Metadata = 3,
    OffsetCommit = 8,
    OffsetFetch = 9,
    FindCoordinator = 10,
    JoinGroup = 11,
    Heartbeat = 12,
    LeaveGroup = 13,
    SyncGroup = 14,
    ApiVersions = 18,
    ConsumerGroupHeartbeat = 68,
    DescribeTopicPartitions = 75,
}

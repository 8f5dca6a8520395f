namespace Aggregator.Tests.Processes;

/// <summary>Kinds of requests, by their number in Kafka's protocol.</summary>
public enum RequestKind
{
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
    DescribeTopicPartitions = 75,
}

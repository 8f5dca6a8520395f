namespace Aggregator.Core.Kafka;

/// <summary>What the brokers tell of a partition.</summary>
/// <param name="Number">From 0.</param>
/// <param name="HasLeader">Whether a broker serves it now.</param>
/// <param name="Replicas">How many brokers are to keep it, those that are away included.</param>
internal sealed record ClusterPartition(int Number, bool HasLeader, int Replicas);

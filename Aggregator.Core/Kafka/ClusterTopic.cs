using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>What the brokers tell of a topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Another one once the topic was deleted and created again.</param>
/// <param name="Error">Why they tell no more of it, as when it does not exist.</param>
/// <param name="Partitions">By number; none with an error.</param>
internal sealed record ClusterTopic(string Name, string Id, Error Error, IReadOnlyList<ClusterPartition> Partitions);

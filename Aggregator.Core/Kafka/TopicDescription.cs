namespace Aggregator.Core.Kafka;

/// <summary>A topic as it is in the cluster, or as it shall be created.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="Replication">Copies of each partition; -1 leaves the choice to the cluster at creation.</param>
/// <param name="Configs">
/// Settings by name, as Kafka writes them: all in force when described (defaults of the cluster included), those to set when created.
/// Empty when the cluster does not tell (the right DescribeConfigs is missing).
/// </param>
public sealed record TopicDescription(string Name, int Partitions, int Replication, IReadOnlyDictionary<string, string> Configs);

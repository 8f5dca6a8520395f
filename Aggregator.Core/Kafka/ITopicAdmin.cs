namespace Aggregator.Core.Kafka;

/// <summary>Looks at topics and creates them, with the connection of the settings. Every call is bounded in time (about 10 s).</summary>
public interface ITopicAdmin : IDisposable
{
    /// <summary>Asks any broker for the cluster.</summary>
    /// <exception cref="KafkaUnavailableException">No broker answered, or it refused us.</exception>
    Task<ClusterDescription> DescribeClusterAsync(CancellationToken cancellation);

    /// <summary>Describes topics; asking never creates one.</summary>
    /// <exception cref="KafkaUnavailableException">No broker answered, or it refused us.</exception>
    Task<TopicDescriptions> DescribeTopicsAsync(IReadOnlyCollection<string> names, CancellationToken cancellation);

    /// <summary>Creates topics and waits until they are there.</summary>
    /// <returns>Those that could not be created; one that exists already is among them.</returns>
    /// <exception cref="KafkaUnavailableException">No broker answered, or it refused us.</exception>
    Task<IReadOnlyList<TopicProblem>> CreateTopicsAsync(IReadOnlyCollection<TopicDescription> topics, CancellationToken cancellation);
}

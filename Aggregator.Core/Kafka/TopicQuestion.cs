using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ClusterTopic = Confluent.Kafka.Admin.TopicDescription;

namespace Aggregator.Core.Kafka;

/// <summary>Asks what the brokers know of topics, without creating them by asking: <c>GetMetadata</c> would.</summary>
internal static class TopicQuestion
{
    /// <returns>A description for each topic asked for; one that does not exist has its error.</returns>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    internal static async Task<IReadOnlyList<ClusterTopic>> DescribeAsync(IAdminClient admin, IEnumerable<string> topics, TimeSpan timeout)
    {
        try
        {
            DescribeTopicsResult result = await admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(topics), new DescribeTopicsOptions { RequestTimeout = timeout }).ConfigureAwait(false);
            return result.TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            // Some have errors, each its own.
            return e.Results.TopicDescriptions;
        }
    }
}

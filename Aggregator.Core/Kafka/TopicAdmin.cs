using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Aggregator.Core.Kafka;

/// <summary>placeholder</summary>
internal static class TopicAdmin
{
    internal static async Task<IReadOnlyList<TopicDescription>> DescribeAsync(IAdminClient admin, IReadOnlyList<string> topics, TimeSpan timeout)
    {
        try
        {
            DescribeTopicsResult result = await admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(topics), new DescribeTopicsOptions { RequestTimeout = timeout }).ConfigureAwait(false);
            return result.TopicDescriptions;
        }
        catch (DescribeTopicsException e) when (e.Results.TopicDescriptions.Count == topics.Count)
        {
            return e.Results.TopicDescriptions;
        }
    }
}

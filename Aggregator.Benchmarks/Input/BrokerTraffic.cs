using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;

namespace Aggregator.Benchmarks.Input;

/// <summary>Two topics of a real broker, filled with generated traffic.</summary>
internal static class BrokerTraffic
{
    public const int Partitions = 4;

    /// <summary>Creates both topics and writes into them; returns how many records they hold.</summary>
    public static async Task<long> FillAsync(KafkaSettings settings, TrafficSettings traffic)
    {
        using (ClusterAdmin admin = new(ClientConfiguration.Admin(settings), TimeProvider.System))
        {
            IReadOnlyList<TopicProblem> problems = await admin.CreateTopicsAsync(
                [Topic(settings.LatencyTopic), Topic(settings.AckTopic)], CancellationToken.None);
            if (problems.Count > 0)
            {
                throw new InvalidOperationException(problems[0].ToString());
            }
        }
        TrafficGenerator generator = new(traffic with { LatencyPartitions = Partitions, AckPartitions = Partitions });
        using RecordProducer producer = new(settings);
        while (generator.TryNext(out GeneratedRecord record))
        {
            producer.Produce(record.Partition, record.TimestampMs, record.Key, record.Value, record.HasValue, CancellationToken.None);
        }
        return producer.Flush(TimeSpan.FromMinutes(1)) ? generator.Records : throw new InvalidOperationException("The broker did not take the records.");
    }

    private static TopicDescription Topic(string name) => new(name, Partitions, 1, new Dictionary<string, string>());
}

using System.Text;
using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>Between the cluster's names of partitions and ours.</summary>
internal sealed class TopicNames(KafkaSettings settings)
{
    private readonly byte[] _latencyName = Encoding.UTF8.GetBytes(settings.LatencyTopic);

    public IReadOnlyList<string> Both { get; } = [settings.LatencyTopic, settings.AckTopic];

    public PartitionId Id(string topic, int partition) =>
        new(topic == settings.LatencyTopic ? RecordTopic.Latency : RecordTopic.Ack, partition);

    /// <summary>The topic of a name in UTF-8.</summary>
    public RecordTopic Topic(ReadOnlySpan<byte> name) => name.SequenceEqual(_latencyName) ? RecordTopic.Latency : RecordTopic.Ack;

    public PartitionId Id(TopicPartition partition) => Id(partition.Topic, partition.Partition.Value);

    public TopicPartition Partition(PartitionId id) => new(settings.TopicName(id.Topic), id.Partition);

    /// <summary><c>im-latency[3]</c>, for people.</summary>
    public string Text(PartitionId id) => $"{settings.TopicName(id.Topic)}[{id.Partition}]";
}

using System.Globalization;
using Aggregator.Core.Kafka;

namespace Aggregator.Host.Topics;

/// <summary>Writes commands of Kafka's own tools, ready to paste.</summary>
public sealed class KafkaCommands(KafkaSettings kafka)
{
    public string Create(TopicDescription topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        List<string> lines = [Tool("kafka-topics.sh") + $" --create --if-not-exists --topic {topic.Name}"];
        lines.Add("--partitions " + topic.Partitions.ToString(CultureInfo.InvariantCulture)
            + (topic.Replication < 0 ? "" : " --replication-factor " + topic.Replication.ToString(CultureInfo.InvariantCulture)));
        lines.AddRange(topic.Configs.Select(config => $"--config {config.Key}={config.Value}"));
        return string.Join(" \\\n  ", lines);
    }

    public string Describe(string topic) => Tool("kafka-topics.sh") + $" --describe --topic {topic}";

    public string Configure(string topic, string name, string value) =>
        Tool("kafka-configs.sh") + $" --alter --entity-type topics --entity-name {topic} --add-config {name}={value}";

    public string AddPartitions(string topic, int partitions) =>
        Tool("kafka-topics.sh") + $" --alter --topic {topic} --partitions {partitions.ToString(CultureInfo.InvariantCulture)}";

    // the tools take credentials from a file of their own
    private string Tool(string name) =>
        $"{name} --bootstrap-server {kafka.BootstrapServers}" + (kafka.SecurityProtocol == "plaintext" ? "" : " --command-config client.properties");
}

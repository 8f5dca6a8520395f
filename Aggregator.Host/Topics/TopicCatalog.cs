using System.Text.Json;
using Aggregator.Core.Kafka;

namespace Aggregator.Host.Topics;

/// <summary>The folder <c>topics/</c>, which travels inside of the program.</summary>
/// <param name="Topics">The latency topic, then the ack topic.</param>
/// <param name="Partitions">How many partitions a topic is created with.</param>
/// <param name="ReplicationFactor">Copies of each partition at creation; -1 for the cluster's default.</param>
/// <param name="ReplicationNote">What to choose in production.</param>
/// <param name="Configs">Settings of both topics.</param>
public sealed record TopicCatalog(
    IReadOnlyList<TopicDefinition> Topics, int Partitions, int ReplicationFactor, string ReplicationNote, IReadOnlyList<TopicConfigRule> Configs)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>How many partitions the catalog says, for help texts: they are made at every start, and reading it takes time.</summary>
    public const int UsualPartitions = 4;

    private static readonly Lazy<TopicCatalog> Loaded = new(Load);

    /// <summary>The names of the topics in the catalog, for help texts as well.</summary>
    public static IReadOnlyList<string> Names { get; } = ["im-latency", "ack"];

    /// <summary>The catalog that was built into the program; read at first use.</summary>
    public static TopicCatalog Embedded => Loaded.Value;

    public TopicDefinition Latency => Topics[0];

    public TopicDefinition Ack => Topics[1];

    /// <summary>The topic's name in the cluster.</summary>
    public string NameIn(KafkaSettings settings, TopicDefinition topic)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return topic == Latency ? settings.LatencyTopic : settings.AckTopic;
    }

    /// <summary>The topic as it is to be created.</summary>
    public TopicDescription ToCreate(string name, int partitions, int replication) =>
        new(name, partitions, replication, Configs.ToDictionary(rule => rule.Name, rule => rule.Value));

    private static TopicCatalog Load()
    {
        // schema and example are file names in topics.json, and texts from here on
        TopicCatalog catalog = JsonSerializer.Deserialize<TopicCatalog>(Text("topics.json"), Options)!;
        return catalog with
        {
            Topics = [.. catalog.Topics.Select(topic => topic with { Schema = Text(topic.Schema), Example = Text(topic.Example) })],
        };
    }

    private static string Text(string file)
    {
        using Stream stream = typeof(TopicCatalog).Assembly.GetManifestResourceStream("topics/" + file)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}

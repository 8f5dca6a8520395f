using System.Diagnostics;
using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>The broker of <c>AGGREGATOR_TEST_KAFKA</c>, with topics and a group of the test's own.</summary>
internal sealed class RealKafka
{
    public const string Variable = "AGGREGATOR_TEST_KAFKA";

    private RealKafka(string servers, string name)
    {
        Servers = servers;
        Settings = new KafkaSettings
        {
            BootstrapServers = servers,
            GroupId = $"{name}-group",
            LatencyTopic = $"{name}-latency",
            AckTopic = $"{name}-ack",
            SessionTimeout = TimeSpan.FromSeconds(6),
        };
    }

    public string Servers { get; }

    public KafkaSettings Settings { get; }

    public static async Task<RealKafka> WithTopicsAsync(int partitions, bool create = true)
    {
        string? servers = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(servers), $"needs a real broker: {Variable} is not set");
        var kafka = new RealKafka(servers!, $"t{Stopwatch.GetTimestamp():x}");
        if (create)
        {
            using ClusterAdmin admin = new ClusterAdmin(ClientConfiguration.Admin(kafka.Settings), TimeProvider.System);
            IReadOnlyList<TopicProblem> problems = await admin.CreateTopicsAsync(
                [Topic(kafka.Settings.LatencyTopic, partitions), Topic(kafka.Settings.AckTopic, partitions)], TestContext.Current.CancellationToken);
            Assert.Empty(problems);
        }
        return kafka;
    }

    public static TopicDescription Topic(string name, int partitions) => new(name, partitions, 1, new Dictionary<string, string>());

    public void Write(string topic, int partition, int from, int count)
    {
        using var producer = EmbeddedKafka.Producer(Servers);
        EmbeddedKafka.Write(producer, topic, partition, from, count);
    }
}

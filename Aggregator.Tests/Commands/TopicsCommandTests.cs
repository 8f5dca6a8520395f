using Aggregator.Host;
using Aggregator.Host.Commands;
using Aggregator.Host.Topics;
using Xunit;

namespace Aggregator.Tests.Commands;

public sealed class TopicsCommandTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly FakeCluster _cluster = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        _cluster.Dispose();
    }

    [Fact]
    public async Task Create_makes_what_is_missing_as_the_catalog_says()
    {
        Assert.Equal(0, await RunAsync("create", "--set", "Kafka:AckTopic=im-ack", "--set", "Kafka:DeadLetterTopic=dead"));

        Assert.Equal(["im-latency", "im-ack", "dead"], _cluster.Topics.Select(topic => topic.Name));
        Assert.All(_cluster.Topics, topic =>
        {
            Assert.Equal((4, -1), (topic.Partitions, topic.Replication));
            Assert.Equal("LogAppendTime", topic.Configs["message.timestamp.type"]);
            Assert.Equal("delete", topic.Configs["cleanup.policy"]);
        });
        Assert.Equal("""
              ✓ im-latency created, 4 partitions
              ✓ im-ack created, 4 partitions
              ✓ dead created, 4 partitions

            """, _output.ToString());
    }

    [Fact]
    public async Task A_topic_that_exists_stays_as_it_is_and_the_other_one_gets_as_many_partitions()
    {
        _cluster.Topics.Add(TopicCatalog.Embedded.ToCreate("ack", 12, 1));

        Assert.Equal(0, await RunAsync("create"));

        Assert.Equal(12, _cluster.Topics.Single(topic => topic.Name == "im-latency").Partitions);
        Assert.Equal("  ✓ ack exists already, 12 partitions; left as it is\n  ✓ im-latency created, 12 partitions\n", _output.ToString());
    }

    [Fact]
    public async Task What_cannot_be_created_is_named_and_ends_with_1()
    {
        Assert.Equal(1, await RunAsync("create", "--replication-factor", "3", "--partitions", "8"));
        Assert.Equal("  ✗ im-latency could not be created: too few brokers\n  ✗ ack could not be created: too few brokers\n", _output.ToString());
    }

    [Theory]
    [InlineData("--partitions", "0")]
    [InlineData("--replication-factor", "many")]
    public async Task A_number_that_is_none_is_wrong_usage(string option, string value)
    {
        Assert.Equal(2, await RunAsync("create", option, value));
        Assert.Contains($"{option} is '{value}'; it must be a whole number from 1 to", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_is_content_with_what_create_made()
    {
        await RunAsync("create", "--replication-factor", "2");
        Assert.Equal(0, await RunAsync("verify"));
        Assert.EndsWith("Nothing here costs results.\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_shows_what_differs_why_it_matters_and_how_to_repair_it()
    {
        _cluster.Topics.Add(TopicCatalog.Embedded.ToCreate("im-latency", 4, 1));
        _cluster.Topics.Add(new("ack", 3, 2, new Dictionary<string, string>
        {
            ["message.timestamp.type"] = "CreateTime",
            ["cleanup.policy"] = "compact",
            ["retention.ms"] = "1800000",
            ["retention.bytes"] = "1000000",
            ["max.message.bytes"] = "2000000",
        }));

        Assert.Equal(1, await RunAsync("verify"));

        Assert.Equal("""
            im-latency
                setting                 expected           actual           why it matters
              ✓ partitions              any                4
              ! replication             3                  1                one lost disk loses records; fine for a trial
              ✓ message.timestamp.type  LogAppendTime      LogAppendTime
              ✓ cleanup.policy          delete             delete
              ✓ retention.ms            ≥ 259200000 (3 d)  259200000 (3 d)
              ✓ retention.bytes         -1 (no limit)      -1 (no limit)
              ✓ max.message.bytes       ≥ 1048588          1048588
              ✓ compression.type        producer           producer

            ack
                setting                 expected           actual           why it matters
              ✗ partitions              4 as im-latency    3                only with equal counts a message and its acks lie in partitions of one number, which sharing the work needs
              ✓ replication             3                  2
              ✗ message.timestamp.type  LogAppendTime      CreateTime       with CreateTime the producer's own clock would judge the producer's own times: wrong clocks pass unseen
              ✗ cleanup.policy          delete             compact          compaction keeps only the last record of a key: messages and acks vanish before they are counted
              ✗ retention.ms            ≥ 259200000 (3 d)  1800000 (0.5 h)  what the log drops before it is read is lost; three days outlast a weekend of downtime
              ! retention.bytes         -1 (no limit)      1000000          a limit by size can drop records long before retention.ms at peak traffic
              ✓ max.message.bytes       ≥ 1048588          2000000
              ! compression.type        producer           not told         needs the right DescribeConfigs on the topic

            4 differences cost results.
            To repair:
              kafka-topics.sh --bootstrap-server localhost:9092 --alter --topic ack --partitions 4
              kafka-configs.sh --bootstrap-server localhost:9092 --alter --entity-type topics --entity-name ack --add-config message.timestamp.type=LogAppendTime
              kafka-configs.sh --bootstrap-server localhost:9092 --alter --entity-type topics --entity-name ack --add-config cleanup.policy=delete
              kafka-configs.sh --bootstrap-server localhost:9092 --alter --entity-type topics --entity-name ack --add-config retention.ms=259200000

            """, _output.ToString());
    }

    [Fact]
    public async Task Verify_without_topics_says_how_to_make_them()
    {
        Assert.Equal(1, await RunAsync("verify"));
        Assert.Contains("✗ topic    exists    missing  there is nothing to read; 'aggregator topics create' makes it", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_one_line_on_stderr()
    {
        _cluster.Down = "no broker at localhost:9092 answered within 10 s";

        Assert.Equal(1, await RunAsync("verify"));
        Assert.Equal("aggregator: no broker at localhost:9092 answered within 10 s\n", _error.ToString());
    }

    [Fact]
    public async Task Print_needs_no_cluster_and_uses_the_names_and_brokers_of_the_settings()
    {
        _cluster.Down = "down";

        Assert.Equal(0, await RunAsync(
            "print", "--topic", "ack", "--only", "commands", "--set", "Kafka:AckTopic=im-ack", "--set", "Kafka:BootstrapServers=kafka-1:9093", "--set", "Kafka:SecurityProtocol=ssl"));

        Assert.StartsWith(
            "kafka-topics.sh --bootstrap-server kafka-1:9093 --command-config client.properties --create --if-not-exists --topic im-ack \\\n  --partitions 4 \\\n",
            _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Print_gives_a_part_as_it_stands_in_the_folder()
    {
        Assert.Equal(0, await RunAsync("print", "--topic", "im-latency", "--only", "example"));
        Assert.Equal(TopicCatalog.Embedded.Latency.Example, _output.ToString());
    }

    private Task<int> RunAsync(params string[] args) =>
        CommandLineApp.RunAsync(["topics", .. args], _output, _error, TopicsCommand.Create(_cluster.Access));
}

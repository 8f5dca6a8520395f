using Aggregator.Core.Records;
using Aggregator.Host;
using Aggregator.Host.Commands;
using Aggregator.Host.Topics;
using Xunit;

namespace Aggregator.Tests.Commands;

public sealed class CheckCommandTests : IDisposable
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
    public async Task All_is_well_with_good_topics_and_a_fresh_group()
    {
        AddTopics();

        Assert.Equal(0, await RunAsync("--set", "Kafka:SaslPassword=hunter2"));

        string report = _output.ToString();
        Assert.Matches(@"(?m)^  ✓ Kafka:SaslPassword +\*\*\* +--set$", report);
        Assert.DoesNotContain("hunter2", report, StringComparison.Ordinal);
        Assert.Contains("""
            Connection
              ✓ localhost:9092 answers (plaintext): 2 brokers, kafka-1:9092, kafka-2:9092

            Topics
              ✓ im-latency exists, 4 partitions
              ✓ ack exists, 4 partitions

            Group aggregator
              ✓ no other member is in it
              ✓ nothing is committed: it starts at the beginning of the topics

            Records
              ✓ im-latency: no records yet
              ✓ ack: no records yet

            """, report, StringComparison.Ordinal);
        Assert.EndsWith("\nAll is well.\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_one_thing_that_is_wrong()
    {
        _cluster.Down = "no broker at localhost:9092 answered within 10 s: connection refused";

        Assert.Equal(1, await RunAsync());
        Assert.EndsWith("""
            Connection
              ✗ no broker at localhost:9092 answered within 10 s: connection refused
                  Is Kafka:BootstrapServers right, and do Kafka:SecurityProtocol and Kafka:SaslMechanism match the listener there?
              – topics, group and records were not looked at

            1 thing is wrong.

            """, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topics_and_lost_offsets_are_named_with_what_to_do()
    {
        AddTopics();
        _cluster.Topics[1] = _cluster.Topics[1] with { Configs = new Dictionary<string, string>(_cluster.Topics[1].Configs) { ["cleanup.policy"] = "compact" } };
        _cluster.Group = new("Stable", ["aggregator@/10.0.0.7"], [new("im-latency", 0, 900, 1_000, 3_000), new("ack", 0, 10, 0, 20), new("ack", 1, null, 0, 5)]);

        Assert.Equal(1, await RunAsync());

        Assert.Contains("""
            Topics
              ✓ im-latency exists, 4 partitions
              ✓ ack exists, 4 partitions
              ✗ ack: cleanup.policy is compact, expected delete
                  compaction keeps only the last record of a key: messages and acks vanish before they are counted
                  kafka-configs.sh --bootstrap-server localhost:9092 --alter --entity-type topics --entity-name ack --add-config cleanup.policy=delete

            Group aggregator
              ! 1 in it (Stable): aggregator@/10.0.0.7
                  Is that the service itself? Another program in the group takes partitions away, and without all of them there are no results.
              ✓ 2 of 3 partitions have a committed offset; 2,110 records lie behind them
              ✗ im-latency[0]: committed at 900, but the log begins at 1000: 100 records are lost
            """, _output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n2 things are wrong.\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_would_be_rejected_are_counted_by_reason_and_never_shown()
    {
        AddTopics();
        string[] good = [.. Enumerable.Repeat("""{"msg_id":"m","send_ts":1767225600000}""", 97)];
        _cluster.Records[RecordTopic.Latency] = [.. good, """{"msg_id":"secret","send_ts":1}""", """{"msg_id":"secret"}""", """{"msg_id":"secret","send_ts":2}"""];
        _cluster.Records[RecordTopic.Ack] = ["""{"id":"m","time":1767225600000}"""];

        Assert.Equal(1, await RunAsync());

        Assert.Contains("""
            Records
              ! im-latency: the last 100 records were looked at, 3 would be rejected (3 %): 2 bad_timestamp, 1 missing_field
                  'aggregator topics print --topic im-latency' shows what a record must be; other names of fields go into the section Fields.
              ✗ ack: the last 1 records were looked at, 1 would be rejected (100 %): 1 missing_field
                  'aggregator topics print --topic ack' shows what a record must be; other names of fields go into the section Fields.

            1 thing is wrong.
            """, _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_end_with_2()
    {
        Assert.Equal(2, await RunAsync("--set", "Kafka:GroupId="));
        Assert.Equal("aggregator: 1 setting cannot be used:\n  Kafka:GroupId  =    must not be empty\n", _error.ToString());
    }

    private void AddTopics()
    {
        foreach (TopicDefinition topic in TopicCatalog.Embedded.Topics)
        {
            _cluster.Topics.Add(TopicCatalog.Embedded.ToCreate(topic.Name, 4, 3));
        }
    }

    private Task<int> RunAsync(params string[] args) => CommandLineApp.RunAsync(["check", .. args], _output, _error, CheckCommand.Create(_cluster.Access));
}

using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>Reading sections of partitions at any pace, on the embedded broker.</summary>
public sealed class TopicLogTests
{
    private static readonly PartitionId Latency0 = new(RecordTopic.Latency, 0);
    private static readonly PartitionId Latency1 = new(RecordTopic.Latency, 1);

    [Fact]
    public void The_extents_of_all_partitions_are_told()
    {
        using EmbeddedKafka kafka = new();
        kafka.Write("im-latency", 0, 0, 7);
        kafka.Write("im-latency", 1, 0, 5);
        kafka.Broker.DeleteRecords("im-latency", 1, 3);
        using TopicLog log = new(kafka.Settings, TimeProvider.System);

        Assert.Equal(
            "Latency[0] 0..7, Ack[0] 0..0, Latency[1] 3..5, Ack[1] 0..0",
            string.Join(", ", log.Extents().Select(extent => $"{extent.Partition} {extent.Earliest}..{extent.End}")));
    }

    [Fact]
    public void A_section_is_read_whole_and_no_farther_while_the_others_wait()
    {
        using EmbeddedKafka kafka = new();
        kafka.Write("im-latency", 0, 0, 5_000);
        kafka.Write("im-latency", 1, 0, 100);
        using TopicLog log = new(kafka.Settings, TimeProvider.System);

        log.Begin([new(Latency0, 1_000, 4_000), new(Latency1, 0, 100)]);

        Assert.Equal(Enumerable.Range(1_000, 3_000).Select(i => (long)i), ReadAll(log, Latency0));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), ReadAll(log, Latency1));

        // and again, from another place
        log.Begin([new(Latency0, 4_998, 5_000), new(Latency1, 100, 100)]);
        Assert.Equal([4_998, 4_999], ReadAll(log, Latency0));
        Assert.Equal([], ReadAll(log, Latency1));
    }

    [Fact]
    public void Records_that_retention_took_are_told_and_not_passed_over()
    {
        using EmbeddedKafka kafka = new();
        kafka.Write("im-latency", 0, 0, 100);
        kafka.Broker.DeleteRecords("im-latency", 0, 50);
        using TopicLog log = new(kafka.Settings, TimeProvider.System);
        log.Begin([new(Latency0, 10, 100)]);

        RecordsGoneException failure = Assert.Throws<RecordsGoneException>(() => ReadAll(log, Latency0));

        Assert.Equal(
            "im-latency[0]: the records from offset 10 on are no longer there: retention took them, or the topic was made anew; begin the replay later in time, without --resume",
            failure.Message);
    }

    [Fact]
    public void Brokers_that_bring_nothing_for_long_end_the_reading()
    {
        using EmbeddedKafka kafka = new();
        kafka.Write("im-latency", 0, 0, 10);
        using TopicLog log = new(kafka.Settings, TimeProvider.System, TimeSpan.FromSeconds(1));
        kafka.Broker.Faults.TakeDown();
        log.Begin([new(Latency0, 0, 10)]);

        KafkaUnavailableException failure = Assert.Throws<KafkaUnavailableException>(() => ReadAll(log, Latency0));

        Assert.StartsWith("im-latency[0]: the brokers brought nothing for 1 s, though there is more to read (", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_that_is_not_there_is_named()
    {
        using EmbeddedKafka kafka = new(topics: false);
        using TopicLog log = new(kafka.Settings, TimeProvider.System);

        KafkaUnavailableException failure = Assert.Throws<KafkaUnavailableException>(log.Extents);

        Assert.StartsWith("topic im-latency: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_client_joins_no_group_commits_nothing_and_never_jumps()
    {
        Dictionary<string, string> configuration = LogSession.Configuration(
            new() { GroupProtocol = "consumer", Properties = new Dictionary<string, string> { ["queued.max.messages.kbytes"] = "99" } }, 400);

        Assert.Equal(
            ("error", "false", "classic", "99", "65536", "read_committed"),
            (configuration["auto.offset.reset"], configuration["enable.auto.commit"], configuration["group.protocol"], configuration["queued.max.messages.kbytes"],
                configuration["max.partition.fetch.bytes"], configuration["isolation.level"]));
    }

    [Fact]
    public void What_an_answer_brings_of_a_partition_can_be_set_by_either_name_and_is_set_once()
    {
        KafkaSettings settings = new() { Properties = new Dictionary<string, string> { ["fetch.message.max.bytes"] = "20000" } };
        foreach (Dictionary<string, string> configuration in new[] { LogSession.Configuration(settings, 400), ClientConfiguration.Consumer(settings) })
        {
            Assert.Equal("20000", configuration["fetch.message.max.bytes"]);
            Assert.DoesNotContain("max.partition.fetch.bytes", configuration.Keys);
        }
    }

    internal static List<long> ReadAll(TopicLog log, PartitionId partition)
    {
        List<long> offsets = [];
        RecordBatch batch = new(700);
        while (log.Read(partition, batch, TimeSpan.FromMilliseconds(100)) != LogRead.End)
        {
            offsets.AddRange(batch.Offsets);
            batch.Clear();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        return offsets;
    }
}

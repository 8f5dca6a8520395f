using System.Text;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class RealAdminTests
{
    [Fact]
    public async Task Topics_are_created_described_and_refused_in_Kafkas_words()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1, create: false);
        using var admin = new TopicAdmin(kafka.Settings, TimeProvider.System);
        var wanted = new TopicDescription(kafka.Settings.AckTopic, 3, -1, new Dictionary<string, string>
        {
            ["retention.ms"] = "86400000", ["message.timestamp.type"] = "LogAppendTime",
        });
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        Assert.Empty(await admin.CreateTopicsAsync([wanted], cancellation));
        TopicDescriptions there = await admin.DescribeTopicsAsync([kafka.Settings.AckTopic, "no-such-topic"], cancellation);
        IReadOnlyList<TopicProblem> problems = await admin.CreateTopicsAsync(
            [wanted, new TopicDescription(kafka.Settings.LatencyTopic, 1, 3, new Dictionary<string, string>())], cancellation);

        TopicDescription topic = Assert.Single(there.Topics);
        Assert.Empty(there.Problems);
        Assert.Equal((kafka.Settings.AckTopic, 3, 1), (topic.Name, topic.Partitions, topic.Replication));
        Assert.Equal(("86400000", "LogAppendTime"), (topic.Configs["retention.ms"], topic.Configs["message.timestamp.type"]));
        Assert.Equal([kafka.Settings.AckTopic, kafka.Settings.LatencyTopic], problems.Select(p => p.Topic));
        Assert.Contains("already exists", problems[0].Reason, StringComparison.Ordinal);
        Assert.Contains("replication", problems[1].Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_cluster_and_a_group_are_described()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        using var admin = new TopicAdmin(kafka.Settings, TimeProvider.System);
        using var groups = new GroupAdmin(kafka.Settings, TimeProvider.System);
        string[] topics = [kafka.Settings.LatencyTopic, kafka.Settings.AckTopic];
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        ClusterDescription cluster = await admin.DescribeClusterAsync(cancellation);
        GroupDescription before = await groups.DescribeGroupAsync(kafka.Settings.GroupId, topics, cancellation);
        kafka.Write(kafka.Settings.LatencyTopic, 1, 0, 10);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.RecordsAsync(10);
        probe.Source.Offsets.Commit([new CommitPoint(new(RecordTopic.Latency, 1), 4, CommitMetadata.Nothing)], probe.Assigned!.Number, out _);
        GroupDescription during = await groups.DescribeGroupAsync(kafka.Settings.GroupId, topics, cancellation);

        Assert.Equal([kafka.Servers], cluster.Brokers);
        Assert.NotNull(cluster.ClusterId);
        Assert.Equal(("Dead", 0, 4), (before.State, before.Members.Count, before.Positions.Count));
        Assert.All(before.Positions, p => Assert.Null(p.Committed));
        Assert.Equal(("Stable", "aggregator@127.0.0.1"), (during.State, Assert.Single(during.Members)));
        Assert.Contains(new GroupPosition(kafka.Settings.LatencyTopic, 1, 4, 0, 10), during.Positions);
    }

    [Fact]
    public async Task The_last_records_are_sampled_without_a_group()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        kafka.Write(kafka.Settings.AckTopic, 0, 0, 100);
        kafka.Write(kafka.Settings.AckTopic, 1, 100, 3);
        using var sampler = new RecordSampler(kafka.Settings, TimeProvider.System);
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        RecordBatch batch = await sampler.ReadLastAsync(RecordTopic.Ack, 20, cancellation);

        Assert.Equal(
            [.. Enumerable.Range(90, 10), .. Enumerable.Range(100, 3)],
            Enumerable.Range(0, batch.Count).Select(i => int.Parse(Encoding.UTF8.GetString(batch.Value(i)), null)).Order());
        Assert.Equal(0, (await sampler.ReadLastAsync(RecordTopic.Latency, 20, cancellation)).Count);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_said_to_in_words()
    {
        var settings = new KafkaSettings { BootstrapServers = "127.0.0.1:1" };
        using var admin = new TopicAdmin(settings, TimeProvider.System);

        KafkaUnavailableException e = await Assert.ThrowsAsync<KafkaUnavailableException>(
            () => admin.DescribeClusterAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Connection refused", e.Message, StringComparison.Ordinal);
    }
}

using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Confluent.Kafka;
using Xunit;
using TopicDescription = Aggregator.Core.Kafka.TopicDescription;

namespace Aggregator.Tests.Kafka;

/// <summary>Against the broker of AGGREGATOR_TEST_KAFKA; skipped without one. Each test has topics of its own.</summary>
public sealed class ClusterAdminTests : IDisposable
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    private readonly string? _servers = Environment.GetEnvironmentVariable("AGGREGATOR_TEST_KAFKA");
    private readonly string _name = "admin-" + Guid.NewGuid().ToString("n");
    private readonly ClusterAdmin? _admin;

    public ClusterAdminTests() => _admin = _servers is null ? null : new(Configuration, TimeProvider.System);

    private Dictionary<string, string> Configuration => new() { ["bootstrap.servers"] = _servers ?? "127.0.0.1:1" };

    public void Dispose() => _admin?.Dispose();

    [Fact]
    public async Task A_created_topic_is_described_as_it_was_asked_for()
    {
        SkipWithoutBroker();
        TopicDescription wanted = new(_name, 3, 1, new Dictionary<string, string> { ["message.timestamp.type"] = "LogAppendTime", ["retention.ms"] = "7200000" });

        Assert.Empty(await _admin!.CreateTopicsAsync([wanted], Cancellation));
        TopicDescriptions found = await _admin.DescribeTopicsAsync([_name, _name + "-missing"], Cancellation);

        TopicDescription topic = Assert.Single(found.Topics);
        Assert.Empty(found.Problems);
        Assert.Equal((_name, 3, 1), (topic.Name, topic.Partitions, topic.Replication));
        Assert.Equal(("LogAppendTime", "7200000", "delete"), (topic.Configs["message.timestamp.type"], topic.Configs["retention.ms"], topic.Configs["cleanup.policy"]));
    }

    [Fact]
    public async Task A_topic_that_cannot_be_created_is_named_with_the_reason_and_the_others_are_made()
    {
        SkipWithoutBroker();
        Dictionary<string, string> none = [];

        IReadOnlyList<TopicProblem> problems = await _admin!.CreateTopicsAsync([new(_name, 1, -1, none), new(_name + "-wide", 1, 99, none)], Cancellation);

        TopicProblem problem = Assert.Single(problems);
        Assert.Equal(_name + "-wide", problem.Topic);
        Assert.Contains("replication", problem.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.Single((await _admin.DescribeTopicsAsync([_name, _name + "-wide"], Cancellation)).Topics);
    }

    [Fact]
    public async Task A_group_is_described_with_where_it_stands()
    {
        SkipWithoutBroker();
        await _admin!.CreateTopicsAsync([new(_name, 2, 1, new Dictionary<string, string>())], Cancellation);
        await ProduceAsync("a", "b", "c");
        using (IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(new Dictionary<string, string>(Configuration) { ["group.id"] = _name }).Build())
        {
            consumer.Commit([new(_name, 1, 2)]);
        }

        GroupDescription group = await _admin.DescribeGroupAsync(_name, [_name], Cancellation);
        GroupDescription nobody = await _admin.DescribeGroupAsync(_name + "-nobody", [_name], Cancellation);

        Assert.Equal([new(_name, 0, null, 0, 0), new(_name, 1, 2, 0, 3)], group.Positions);
        Assert.Empty(group.Members);
        Assert.Equal("Dead", nobody.State);
        Assert.All(nobody.Positions, position => Assert.Null(position.Committed));
    }

    [Fact]
    public async Task The_last_records_are_read_without_the_group_noticing()
    {
        SkipWithoutBroker();
        await _admin!.CreateTopicsAsync([new(_name, 2, 1, new Dictionary<string, string>())], Cancellation);
        await ProduceAsync("a", "b", "c", null);
        RecordSampler sampler = new(new KafkaSettings { AckTopic = _name, GroupId = _name }, Configuration, TimeProvider.System);

        RecordBatch batch = await sampler.ReadLastAsync(RecordTopic.Ack, 4, Cancellation);

        Assert.Equal([2L, 3L], batch.Offsets.ToArray());
        Assert.Equal("c"u8.ToArray(), batch.Value(0).ToArray());
        Assert.False(batch.HasValue(1));
        Assert.Equal("Dead", (await _admin.DescribeGroupAsync(_name, [_name], Cancellation)).State);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_named_with_the_reason()
    {
        using ClusterAdmin admin = new(new Dictionary<string, string> { ["bootstrap.servers"] = "127.0.0.1:1" }, TimeProvider.System, TimeSpan.FromSeconds(1));

        KafkaUnavailableException failure = await Assert.ThrowsAsync<KafkaUnavailableException>(() => admin.DescribeClusterAsync(Cancellation));

        Assert.StartsWith("no broker of 127.0.0.1:1 answered within 1 s: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
    }

    private async Task ProduceAsync(params string?[] values)
    {
        using IProducer<Null, string?> producer = new ProducerBuilder<Null, string?>(Configuration).SetValueSerializer(new NullableText()).Build();
        foreach (string? value in values)
        {
            await producer.ProduceAsync(new TopicPartition(_name, 1), new() { Value = value }, Cancellation);
        }
    }

    private void SkipWithoutBroker() => Assert.SkipWhen(_servers is null, "AGGREGATOR_TEST_KAFKA names no broker");

    private sealed class NullableText : ISerializer<string?>
    {
        public byte[]? Serialize(string? data, SerializationContext context) => data is null ? null : System.Text.Encoding.UTF8.GetBytes(data);
    }
}

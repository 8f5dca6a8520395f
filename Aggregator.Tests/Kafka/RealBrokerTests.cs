using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>What the embedded broker cannot stand in for.</summary>
public sealed class RealBrokerTests
{
    private static readonly PartitionId Latency0 = new(RecordTopic.Latency, 0);
    private static readonly CommitMetadata Metadata = new(1712345650000, 1712345640000);

    /// <summary>The client by itself does not see what has become of topics.</summary>
    private static readonly Dictionary<string, string> NeverLooking = new() { ["topic.metadata.refresh.interval.ms"] = "-1" };

    [Theory]
    [InlineData("consume", "classic")]
    [InlineData("batch", "classic")]
    [InlineData("batch", "consumer")]
    public async Task Offsets_are_kept_with_their_metadata(string transport, string protocol)
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        KafkaSettings settings = kafka.Settings with { GroupProtocol = protocol, Transport = transport };
        kafka.Write(settings.LatencyTopic, 0, 0, 100);
        await using (var first = new SourceProbe(settings))
        {
            await first.AssignedAsync(4);
            await first.RecordsAsync(100);
            first.Source.Complete();
            first.Committer.Submit([new CommitPoint(Latency0, 60, Metadata)], first.Assigned!.Number);
            Assert.True(await first.Committer.FlushAsync(SourceProbe.Patience));
            Assert.True(await first.Source.StopAsync(SourceProbe.Patience));
        }

        await using var second = new SourceProbe(settings);
        var again = await second.AssignedAsync(4);
        await second.RecordsAsync(40);
        Assert.True(again.IsComplete);
        Assert.Equal(new AssignedPartition(Latency0, 60, Metadata, false), again.Partitions.Single(p => p.Partition == Latency0));
        Assert.Equal(Enumerable.Range(60, 40).Select(i => (long)i), second.Records.Select(r => r.Offset));
    }

    [Theory]
    [InlineData("consume", "classic", "cooperative-sticky")]
    [InlineData("consume", "classic", "range")]
    [InlineData("consume", "consumer", "")]
    [InlineData("batch", "classic", "cooperative-sticky")]
    [InlineData("batch", "classic", "range")]
    [InlineData("batch", "consumer", "")]
    public async Task Members_come_and_go_and_nothing_of_a_revoked_partition_comes_late(string transport, string protocol, string strategy)
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        KafkaSettings settings = kafka.Settings with
        {
            Transport = transport,
            GroupProtocol = protocol,
            Properties = strategy.Length == 0 ? [] : new Dictionary<string, string> { ["partition.assignment.strategy"] = strategy },
        };
        using var writing = new CancellationTokenSource();
        Task<int> writer = WriteUntilAsync(kafka, writing.Token);
        await using var first = new SourceProbe(settings, shares: true);
        await first.AssignedAsync(4);
        for (int i = 0; i < 3; i++)
        {
            long number = first.Assigned?.Number ?? 0;
            await using (var second = new SourceProbe(settings, shares: true))
            {
                number = (await first.AssignedAsync(2, number)).Number;
                await second.AssignedAsync(2);
                Assert.Equal(0, second.ViolationCount);
            }
            await first.AssignedAsync(4, number);
        }
        await writing.CancelAsync();
        int written = await writer;

        await first.UntilAsync(() => first.Records.Count >= written, $"{written} records, have {first.Records.Count}");
        Assert.Equal(written, first.Records.Select(r => (r.Partition, r.Offset)).Distinct().Count());
        Assert.Equal(written, first.Records.Count);
        Assert.Equal(0, first.ViolationCount);
    }

    [Fact]
    public async Task Partitions_that_are_added_are_assigned_and_read_from_their_first_record()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        await using var probe = new SourceProbe(kafka.Settings with { AutoOffsetReset = "latest", Properties = NeverLooking });
        await probe.AssignedAsync(2);
        using (IAdminClient admin = Admin(kafka))
        {
            await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = kafka.Settings.AckTopic, IncreaseTo = 3 }]);
        }
        kafka.Write(kafka.Settings.AckTopic, 2, 0, 20);

        Assert.True((await probe.AssignedAsync(4)).IsComplete);
        await probe.UntilAsync(() => probe.Records.Count == 20, "the records of the new partition");
    }

    [Fact]
    public async Task A_topic_is_waited_for_and_never_created_by_reading()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1, create: false);
        await using var probe = new SourceProbe(kafka.Settings with { Properties = NeverLooking });
        await probe.UntilAsync(
            () => probe.Status.NotReadyReason == $"topic {kafka.Settings.LatencyTopic} does not exist; topic {kafka.Settings.AckTopic} does not exist", "the reason");
        using (var admin = new ClusterAdmin(ClientConfiguration.Admin(kafka.Settings), TimeProvider.System))
        {
            Assert.Empty((await admin.DescribeTopicsAsync([kafka.Settings.LatencyTopic], TestContext.Current.CancellationToken)).Topics);
            await admin.CreateTopicsAsync(
                [RealKafka.Topic(kafka.Settings.LatencyTopic, 1), RealKafka.Topic(kafka.Settings.AckTopic, 1)], TestContext.Current.CancellationToken);
        }

        Assert.True((await probe.AssignedAsync(2)).IsComplete);
    }

    [Theory]
    [InlineData("consume")]
    [InlineData("batch")]
    public async Task A_topic_that_is_deleted_and_created_again_is_noticed_while_it_is_read(string transport)
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        string topic = kafka.Settings.LatencyTopic;
        kafka.Write(topic, 0, 0, 100);
        await using var probe = new SourceProbe(kafka.Settings with { Transport = transport });
        await probe.RecordsAsync(100);
        using (IAdminClient admin = Admin(kafka))
        {
            await admin.DeleteTopicsAsync([topic]);
        }
        using (var topics = new ClusterAdmin(ClientConfiguration.Admin(kafka.Settings), TimeProvider.System))
        {
            IReadOnlyList<TopicProblem> problems = await topics.CreateTopicsAsync([RealKafka.Topic(topic, 1)], TestContext.Current.CancellationToken);
            Assert.Empty(problems);
        }
        kafka.Write(topic, 0, 1000, 150);

        await probe.UntilAsync(() => probe.Records.Any(r => r.Value == "1000") && probe.Records.Any(r => r.Value == "1149"), "all records of the new topic");
    }

    [Theory]
    [InlineData("consume")]
    [InlineData("batch")]
    public async Task Records_of_aborted_transactions_are_never_seen_and_their_markers_are_no_loss(string transport)
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        var partition = new TopicPartition(kafka.Settings.LatencyTopic, 0);
        using (IProducer<Null, string> producer = new ProducerBuilder<Null, string>(
            new ProducerConfig { BootstrapServers = kafka.Servers, TransactionalId = kafka.Settings.GroupId }).SetLogHandler((_, _) => { }).Build())
        {
            producer.InitTransactions(SourceProbe.Patience);
            for (int i = 0; i < 6; i++)
            {
                producer.BeginTransaction();
                for (int j = 0; j < 5; j++)
                {
                    producer.Produce(partition, new Message<Null, string> { Value = $"{i}.{j}" });
                }
                producer.Flush(SourceProbe.Patience); // an abort drops what was not sent yet
                if (i % 2 == 0)
                {
                    producer.CommitTransaction(SourceProbe.Patience);
                }
                else
                {
                    producer.AbortTransaction(SourceProbe.Patience);
                }
            }
            producer.BeginTransaction();
            producer.Produce(partition, new Message<Null, string> { Value = "open" });
            producer.Flush(SourceProbe.Patience);
            await using var probe = new SourceProbe(kafka.Settings with { Transport = transport });
            await probe.RecordsAsync(15);

            // Each transaction has a marker; behind the last one lies what is not stable yet.
            await probe.UntilAsync(
                () => probe.Elements.Contains(new SourceElement.PartitionEnd(Latency0, 36)),
                $"the end; have {string.Join(", ", probe.Elements.OfType<SourceElement.PartitionEnd>())}");
            await probe.UntilAsync(() => probe.Elements.OfType<SourceElement.EndOffsets>().Count() > 2, "ends");

            Assert.Equal(from i in new[] { 0, 2, 4 } from j in Enumerable.Range(0, 5) select $"{i}.{j}", probe.Records.Select(r => r.Value));
            Assert.Empty(probe.Status.LostRecords);
            Assert.Equal(36, probe.Elements.OfType<SourceElement.EndOffsets>().Last().Ends.Single(e => e.Key == Latency0).Value);
            producer.AbortTransaction(SourceProbe.Patience);
        }
    }

    [Fact]
    public async Task Records_deleted_before_they_were_read_are_counted()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        kafka.Write(kafka.Settings.LatencyTopic, 0, 0, 100);
        await using (var first = new SourceProbe(kafka.Settings))
        {
            await first.RecordsAsync(100);
            Assert.Equal(CommitOutcome.Done, first.Source.Offsets.Commit([new CommitPoint(Latency0, 10, Metadata)], first.Assigned!.Number, out _));
        }
        using (IAdminClient admin = Admin(kafka))
        {
            await admin.DeleteRecordsAsync([new TopicPartitionOffset(kafka.Settings.LatencyTopic, 0, 40)]);
        }

        await using var second = new SourceProbe(kafka.Settings);
        await second.RecordsAsync(60);
        Assert.Equal(30, Assert.Single(second.Status.LostRecords).Value.Value);
    }

    private static IAdminClient Admin(RealKafka kafka) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Servers }).SetLogHandler((_, _) => { }).Build();

    private static async Task<int> WriteUntilAsync(RealKafka kafka, CancellationToken stop)
    {
        int written = 0;
        using IProducer<string?, string?> producer = EmbeddedKafka.Producer(kafka.Servers);
        while (!stop.IsCancellationRequested)
        {
            for (int partition = 0; partition < 2; partition++)
            {
                EmbeddedKafka.Write(producer, kafka.Settings.LatencyTopic, partition, written, 50);
                EmbeddedKafka.Write(producer, kafka.Settings.AckTopic, partition, written, 50);
                written += 100;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
        return written;
    }
}

using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Confluent.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class RecordProducerTests : IDisposable
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    private readonly EmbeddedKafka _kafka = new(partitions: 3);

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public void Records_arrive_with_the_partition_offset_time_key_and_value_that_the_generator_gave_them()
    {
        TrafficSettings traffic = new() { Messages = 2_000, LatencyPartitions = 3, AckPartitions = 3, BadShare = 0.02 };
        List<SeenRecord> expected = [];
        using RecordProducer producer = new(_kafka.Settings);
        TrafficGenerator generator = new(traffic);
        while (generator.TryNext(out GeneratedRecord record))
        {
            producer.Produce(record.Partition, record.TimestampMs, record.Key, record.Value, record.HasValue, Cancellation);
            expected.Add(new(record.Partition, record.Offset, record.TimestampMs, Text(record.Key.ToArray()), record.HasValue ? Text(record.Value.ToArray()) : null));
        }
        Assert.True(producer.Flush(SourceProbe.Patience));
        Assert.Equal(generator.Records, producer.Delivered);

        Assert.Equal(
            expected.OrderBy(record => record.Partition.Index).ThenBy(record => record.Offset),
            ReadAll(expected.Count).OrderBy(record => record.Partition.Index).ThenBy(record => record.Offset));
    }

    [Fact]
    public void A_partition_that_does_not_exist_is_a_failure_with_the_place_and_the_reason()
    {
        using RecordProducer producer = new(_kafka.Settings);

        var failure = Assert.Throws<KafkaUnavailableException>(() =>
        {
            producer.Produce(new(RecordTopic.Ack, 7), 1, [1], [2], true, Cancellation);
            producer.Flush(SourceProbe.Patience);
        });
        Assert.StartsWith($"Kafka at {_kafka.Broker.BootstrapServers} did not take a record for ack[7]: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void While_no_broker_takes_anything_the_caller_is_held_up_until_it_gives_up()
    {
        _kafka.Broker.Faults.TakeDown();
        using RecordProducer producer = new(_kafka.Settings);
        using CancellationTokenSource giveUp = new();
        int produced = 0;

        Assert.Throws<OperationCanceledException>(() =>
        {
            for (; produced < 1_000_000; produced++)
            {
                if (produced == 40_000)
                {
                    giveUp.Cancel();
                }
                producer.Produce(new(RecordTopic.Ack, 0), 1, [1], [2], true, giveUp.Token);
            }
        });
        Assert.Equal(40_000, produced);
        Assert.False(producer.Flush(TimeSpan.Zero));
    }

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes);

    private List<SeenRecord> ReadAll(int count)
    {
        using IConsumer<byte[]?, byte[]?> consumer = new ConsumerBuilder<byte[]?, byte[]?>(
            new ConsumerConfig { BootstrapServers = _kafka.Broker.BootstrapServers, GroupId = "reader", EnableAutoCommit = false }).Build();
        consumer.Assign([.. from topic in new[] { "im-latency", "ack" } from partition in Enumerable.Range(0, 3) select new TopicPartitionOffset(topic, partition, 0)]);
        List<SeenRecord> records = [];
        while (records.Count < count && consumer.Consume(SourceProbe.Patience) is { } result)
        {
            RecordTopic topic = result.Topic == "ack" ? RecordTopic.Ack : RecordTopic.Latency;
            records.Add(new(
                new(topic, result.Partition.Value), result.Offset.Value, result.Message.Timestamp.UnixTimestampMs, Text(result.Message.Key ?? []),
                result.Message.Value is null ? null : Text(result.Message.Value)));
        }
        return records;
    }
}

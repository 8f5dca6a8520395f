using System.Text;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Confluent.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class DeadLetterProducerTests
{
    private readonly ServiceStatus _status = new();

    [Fact]
    public void A_rejected_record_is_copied_with_where_it_came_from_and_why()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Broker.CreateTopic("dead", 1);
        KafkaSettings settings = kafka.Settings with { DeadLetterTopic = "dead" };
        using var producer = new DeadLetterProducer(settings, _status, new CapturedLog().For<DeadLetterProducer>(), TimeProvider.System);
        var batch = new RecordBatch(4);
        batch.Add(new PartitionId(RecordTopic.Ack, 3), 41, 1712345678901, "{bad"u8, true, "m1"u8, true);
        batch.Add(new PartitionId(RecordTopic.Latency, 0), 42, RecordBatch.NoTimestamp, default, hasValue: false);

        producer.Send(batch, 0, RejectReason.Malformed);
        producer.Send(batch, 1, RejectReason.Empty);
        batch.Clear();

        Assert.True(producer.Flush(SourceProbe.Patience));
        Assert.Equal((2, 0), (_status.DeadLetters.Value, _status.DeadLetterFailures.Value));
        List<ConsumeResult<string?, string?>> copies = Read(kafka.Broker.BootstrapServers, 2);
        Assert.Equal(
            [
                "m1 {bad aggregator.reason=malformed aggregator.topic=ack aggregator.partition=3 aggregator.offset=41",
                "  aggregator.reason=empty aggregator.topic=im-latency aggregator.partition=0 aggregator.offset=42",
            ],
            copies.Select(c => $"{c.Message.Key} {c.Message.Value} " + string.Join(' ', c.Message.Headers.Select(h => $"{h.Key}={Encoding.UTF8.GetString(h.GetValueBytes())}"))));
        Assert.Equal(1712345678901, copies[0].Message.Timestamp.UnixTimestampMs);
        Assert.Null(copies[1].Message.Value);
    }

    [Fact]
    public void A_full_queue_is_counted_and_holds_nobody_up()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Broker.Faults.TakeDown();
        KafkaSettings settings = kafka.Settings with
        {
            DeadLetterTopic = "dead",
            Properties = new Dictionary<string, string> { ["queue.buffering.max.messages"] = "10" },
        };
        var log = new CapturedLog();
        using var producer = new DeadLetterProducer(settings, _status, log.For<DeadLetterProducer>(), TimeProvider.System);
        var batch = new RecordBatch(4);
        batch.Add(new PartitionId(RecordTopic.Ack, 3), 41, 1712345678901, "{bad"u8);

        for (int i = 0; i < 25; i++)
        {
            producer.Send(batch, 0, RejectReason.Malformed);
        }

        Assert.Equal(15, _status.DeadLetterFailures.Value);
        Assert.True(SpinWait.SpinUntil(() => log.Lines.Count == 1, SourceProbe.Patience));
        Assert.StartsWith("Warning: Copies do not reach the dead-letter topic dead: ", log.Lines[0], StringComparison.Ordinal);
        kafka.Broker.Faults.BringUp();
    }

    private static List<ConsumeResult<string?, string?>> Read(string servers, int count)
    {
        using IConsumer<string?, string?> consumer = new ConsumerBuilder<string?, string?>(new ConsumerConfig { BootstrapServers = servers, GroupId = "reader" })
            .SetValueDeserializer(new NullableText()).SetKeyDeserializer(new NullableText()).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset("dead", 0, 0));
        var results = new List<ConsumeResult<string?, string?>>();
        while (results.Count < count)
        {
            results.Add(consumer.Consume(SourceProbe.Patience) ?? throw new TimeoutException());
        }
        return results;
    }

    private sealed class NullableText : IDeserializer<string?>
    {
        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : Encoding.UTF8.GetString(data);
    }
}

using System.Globalization;
using Aggregator.Core.Kafka;
using Confluent.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>An embedded broker with both topics and a way to write to them.</summary>
internal sealed class EmbeddedKafka : IDisposable
{
    private readonly IProducer<string?, string?> _producer;

    public EmbeddedKafka(int partitions = 2, int brokers = 1, bool topics = true)
    {
        Broker = EmbeddedBroker.Start(brokers);
        if (topics)
        {
            Broker.CreateTopic("im-latency", partitions);
            Broker.CreateTopic("ack", partitions);
        }
        _producer = Producer(Broker.BootstrapServers);
    }

    public EmbeddedBroker Broker { get; }

    public string Transport { get; init; } = new KafkaSettings().Transport;

    public KafkaSettings Settings => new() { BootstrapServers = Broker.BootstrapServers, SessionTimeout = TimeSpan.FromSeconds(6), Transport = Transport };

    public static IProducer<string?, string?> Producer(string servers) =>
        new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = servers, LingerMs = 2 })
            .SetKeySerializer(NullableUtf8.Instance).SetValueSerializer(NullableUtf8.Instance).SetLogHandler((_, _) => { }).Build();

    /// <summary>Writes values <c>from</c> … <c>from + count - 1</c> to a partition.</summary>
    public void Write(string topic, int partition, int from, int count) => Write(_producer, topic, partition, from, count);

    public static void Write(IProducer<string?, string?> producer, string topic, int partition, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            string text = i.ToString(CultureInfo.InvariantCulture);
            producer.Produce(new TopicPartition(topic, partition), new Message<string?, string?> { Key = "k" + text, Value = text });
        }
        Assert.Equal(0, producer.Flush(SourceProbe.Patience));
    }

    public void Send(string topic, int partition, string? key, string? value, DateTimeOffset? at = null)
    {
        _producer.Produce(new TopicPartition(topic, partition), new Message<string?, string?>
        {
            Key = key,
            Value = value,
            Timestamp = at is { } t ? new Timestamp(t) : Timestamp.Default,
        });
        Assert.Equal(0, _producer.Flush(SourceProbe.Patience));
    }

    /// <summary>Writes values 0 … <c>count - 1</c> at equal steps of time, as one batch for each <c>together</c> of them.</summary>
    public void WriteSteadily(string topic, int partition, int count, TimeSpan step, int together)
    {
        for (int i = 0; i < count; i++)
        {
            Timestamp time = new(DateTimeOffset.FromUnixTimeMilliseconds(1712345640000) + (i * step));
            _producer.Produce(new TopicPartition(topic, partition), new Message<string?, string?> { Value = i.ToString(CultureInfo.InvariantCulture), Timestamp = time });
            if ((i + 1) % together == 0)
            {
                Assert.Equal(0, _producer.Flush(SourceProbe.Patience));
            }
        }
    }

    /// <summary>Writes a value, without waiting for the broker to take it; <see cref="Flush"/> does.</summary>
    public void Queue(string topic, int partition, string value) =>
        _producer.Produce(new TopicPartition(topic, partition), new Message<string?, string?> { Value = value });

    public void Flush() => Assert.Equal(0, _producer.Flush(SourceProbe.Patience));

    public void Dispose()
    {
        _producer.Dispose();
        Broker.Dispose();
    }

    private sealed class NullableUtf8 : ISerializer<string?>
    {
        public static NullableUtf8 Instance { get; } = new();

        public byte[] Serialize(string? data, SerializationContext context) => data is null ? null! : System.Text.Encoding.UTF8.GetBytes(data);
    }
}

using Aggregator.Core.Kafka;
using Confluent.Kafka;

namespace Aggregator.Benchmarks.Drain;

/// <summary>Reads all records and does nothing with them: what the client alone costs, by either way out of it.</summary>
internal static unsafe class BareLoop
{
    private const int BatchSize = 4096;

    public static void Consume(KafkaSettings settings, int partitions, long records, DrainProgress progress)
    {
        using IConsumer<Ignore, byte[]> consumer = Open(settings, partitions);
        for (long read = 0; read < records;)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(30)) is not { } result)
            {
                throw new InvalidOperationException($"Only {read} of {records} records came.");
            }
            read += result.IsPartitionEOF ? 0 : 1;
            progress.Records = read;
        }
        consumer.Close();
    }

    public static void Batch(KafkaSettings settings, int partitions, long records, DrainProgress progress)
    {
        using IConsumer<Ignore, byte[]> consumer = Open(settings, partitions);
        NativeConsumer native = new(consumer.Handle);
        nint queue = NativeQueue.OfConsumer(native.Hold());
        NativeQueue.Message*[] messages = new NativeQueue.Message*[BatchSize];
        fixed (NativeQueue.Message** first = messages)
        {
            for (long read = 0; read < records;)
            {
                int count = (int)NativeQueue.ConsumeBatch(queue, 5, first, BatchSize);
                for (int i = 0; i < count; i++)
                {
                    read += first[i]->Error == 0 ? 1 : 0;
                    NativeQueue.MessageDestroy(first[i]);
                }
                progress.Records = read;
            }
        }
        NativeQueue.Destroy(queue);
        native.Release();
        consumer.Close();
    }

    private static IConsumer<Ignore, byte[]> Open(KafkaSettings settings, int partitions)
    {
        Dictionary<string, string> configuration = ClientConfiguration.Consumer(settings with { GroupId = "bare" });
        configuration["dotnet.consumer.consume.result.fields"] = "timestamp,topic";
        IConsumer<Ignore, byte[]> consumer = new ConsumerBuilder<Ignore, byte[]>(configuration).Build();
        consumer.Assign(new[] { settings.LatencyTopic, settings.AckTopic }.SelectMany(topic =>
            Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning))));
        return consumer;
    }
}

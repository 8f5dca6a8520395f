using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>Reads the last records of a real topic beside any group.</summary>
public sealed class RecordSampler(KafkaSettings settings, TimeProvider time) : IRecordSampler
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public Task<RecordBatch> ReadLastAsync(RecordTopic topic, int count, CancellationToken cancellation) => Task.Run(() =>
    {
        try
        {
            return Read(topic, count, cancellation);
        }
        catch (KafkaException e)
        {
            throw new KafkaUnavailableException($"{settings.TopicName(topic)} cannot be read: {e.Error.Reason}", e);
        }
    }, cancellation);

    public void Dispose()
    {
        // A consumer lives no longer than a call.
    }

    private RecordBatch Read(RecordTopic topic, int count, CancellationToken cancellation)
    {
        string name = settings.TopicName(topic);
        long started = time.GetTimestamp();
        string? lastError = null;
        Dictionary<string, string> configuration = ClientConfiguration.Consumer(settings);
        using IConsumer<byte[]?, byte[]?> consumer = new ConsumerBuilder<byte[]?, byte[]?>(configuration)
            .SetErrorHandler((_, error) => lastError = error.Reason)
            .SetLogHandler((_, _) => { })
            .Build();
        using IAdminClient admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        IReadOnlyList<Confluent.Kafka.Admin.TopicDescription> described = TopicQuestion.DescribeAsync(admin, [name], Timeout).GetAwaiter().GetResult();
        int partitions = described.FirstOrDefault(t => !t.Error.IsError)?.Partitions.Count ?? 0;
        int share = partitions == 0 ? 0 : (count + partitions - 1) / partitions;
        var batch = new RecordBatch(Math.Max(1, share * partitions), 64 * 1024);
        var remaining = new Dictionary<TopicPartition, long>();
        for (int p = 0; p < partitions; p++)
        {
            WatermarkOffsets log = consumer.QueryWatermarkOffsets(new TopicPartition(name, p), Timeout);
            if (log.High.Value > log.Low.Value)
            {
                remaining[new TopicPartition(name, p)] = Math.Max(log.Low.Value, log.High.Value - share);
            }
        }
        consumer.Assign(remaining.Select(r => new TopicPartitionOffset(r.Key, r.Value)));
        while (remaining.Count > 0 && !batch.IsFull && !cancellation.IsCancellationRequested)
        {
            if (time.GetElapsedTime(started) > Timeout)
            {
                throw new KafkaUnavailableException($"the records of {name} did not come within {Timeout.TotalSeconds:0} s" + (lastError is null ? "" : ": " + lastError));
            }
            ConsumeResult<byte[]?, byte[]?>? result = consumer.Consume(100);
            if (result is null)
            {
                continue;
            }
            if (result.IsPartitionEOF)
            {
                remaining.Remove(result.TopicPartition);
                continue;
            }
            long timestamp = result.Message.Timestamp.Type == TimestampType.NotAvailable ? RecordBatch.NoTimestamp : result.Message.Timestamp.UnixTimestampMs;
            batch.Add(new PartitionId(topic, result.Partition.Value), result.Offset.Value, timestamp, result.Message.Value, result.Message.Value is not null);
        }
        cancellation.ThrowIfCancellationRequested();
        return batch;
    }
}

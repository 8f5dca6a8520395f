using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>Reads the last records of a topic with a consumer that joins no group and commits nothing.</summary>
public sealed class RecordSampler : IRecordSampler
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly KafkaSettings _settings;
    private readonly ConnectionTrouble _trouble;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, string> _configuration;

    /// <param name="settings">The names of the topics.</param>
    /// <param name="configuration">librdkafka's configuration of a client; what a consumer needs is added.</param>
    /// <param name="time">The clock that bounds the reading.</param>
    public RecordSampler(KafkaSettings settings, IReadOnlyDictionary<string, string> configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _time = time;
        _trouble = new(configuration, ClusterAdmin.DefaultTimeout);
        _configuration = new(configuration)
        {
            // the client wants one; with assigned partitions it neither joins nor changes it
            ["group.id"] = settings.GroupId,
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["enable.partition.eof"] = "true",
            ["allow.auto.create.topics"] = "false",
            ["isolation.level"] = "read_committed",
        };
    }

    /// <inheritdoc/>
    public Task<RecordBatch> ReadLastAsync(RecordTopic topic, int count, CancellationToken cancellation) =>
        Task.Run(() => ReadLast(topic, count, cancellation), cancellation);

    private RecordBatch ReadLast(RecordTopic topic, int count, CancellationToken cancellation)
    {
        try
        {
            RecordBatch batch = new(Math.Max(1, count));
            // a consumer of its own for each topic: the second assignment of one and the same takes seconds to be fetched from
            using IConsumer<byte[]?, byte[]?> consumer = Open();
            TopicPartitionOffset[] starts = Starts(consumer, _settings.TopicName(topic), count);
            consumer.Assign(starts);
            HashSet<int> open = [.. starts.Select(start => start.Partition.Value)];
            long began = _time.GetTimestamp();
            while (open.Count > 0 && !batch.IsFull && _time.GetElapsedTime(began) < ClusterAdmin.DefaultTimeout)
            {
                cancellation.ThrowIfCancellationRequested();
                ConsumeResult<byte[]?, byte[]?>? result = consumer.Consume(Poll);
                if (result is { IsPartitionEOF: true })
                {
                    open.Remove(result.Partition.Value);
                }
                else if (result is not null)
                {
                    Timestamp timestamp = result.Message.Timestamp;
                    long timestampMs = timestamp.Type == TimestampType.NotAvailable ? RecordBatch.NoTimestamp : timestamp.UnixTimestampMs;
                    byte[]? value = result.Message.Value;
                    batch.Add(new(topic, result.Partition.Value), result.Offset.Value, timestampMs, value, value is not null);
                }
            }
            return batch;
        }
        catch (KafkaException failure)
        {
            throw _trouble.Unavailable(failure);
        }
    }

    private IConsumer<byte[]?, byte[]?> Open() => new ConsumerBuilder<byte[]?, byte[]?>(_configuration)
        .SetErrorHandler((_, error) => _trouble.Note(error))
        .SetLogHandler((_, _) => { })
        .Build();

    // an equal share of each partition's end
    private static TopicPartitionOffset[] Starts(IConsumer<byte[]?, byte[]?> consumer, string topic, int count)
    {
        using IAdminClient admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        List<PartitionMetadata> partitions = [.. admin.GetMetadata(topic, ClusterAdmin.DefaultTimeout).Topics.SelectMany(known => known.Partitions)];
        int share = partitions.Count == 0 ? 0 : Math.Max(1, count / partitions.Count);
        return
        [
            .. partitions.Select(partition =>
            {
                TopicPartition id = new(topic, partition.PartitionId);
                WatermarkOffsets offsets = consumer.QueryWatermarkOffsets(id, ClusterAdmin.DefaultTimeout);
                return new TopicPartitionOffset(id, Math.Max(offsets.Low.Value, offsets.High.Value - share));
            }),
        ];
    }
}

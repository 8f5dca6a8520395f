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
    private readonly IConsumer<byte[]?, byte[]?> _consumer;

    /// <param name="settings">The names of the topics.</param>
    /// <param name="configuration">librdkafka's configuration of a client; what a consumer needs is added.</param>
    /// <param name="time">The clock that bounds the reading.</param>
    public RecordSampler(KafkaSettings settings, IReadOnlyDictionary<string, string> configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _time = time;
        _trouble = new(configuration);
        Dictionary<string, string> consumer = new(configuration)
        {
            // the client wants one; with assigned partitions it neither joins nor changes it
            ["group.id"] = settings.GroupId,
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["enable.partition.eof"] = "true",
            ["allow.auto.create.topics"] = "false",
            ["isolation.level"] = "read_committed",
        };
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(consumer).SetErrorHandler((_, error) => _trouble.Note(error)).SetLogHandler((_, _) => { }).Build();
    }

    /// <inheritdoc/>
    public Task<RecordBatch> ReadLastAsync(RecordTopic topic, int count, CancellationToken cancellation) =>
        Task.Run(() => ReadLast(topic, count, cancellation), cancellation);

    public void Dispose()
    {
        _consumer.Unassign();
        _consumer.Dispose();
    }

    private RecordBatch ReadLast(RecordTopic topic, int count, CancellationToken cancellation)
    {
        try
        {
            RecordBatch batch = new(Math.Max(1, count));
            TopicPartitionOffset[] starts = Starts(_settings.TopicName(topic), count);
            _consumer.Assign(starts);
            HashSet<int> open = [.. starts.Select(start => start.Partition.Value)];
            long began = _time.GetTimestamp();
            while (open.Count > 0 && !batch.IsFull && _time.GetElapsedTime(began) < ClusterAdmin.RequestTimeout)
            {
                cancellation.ThrowIfCancellationRequested();
                ConsumeResult<byte[]?, byte[]?>? result = _consumer.Consume(Poll);
                if (result is { IsPartitionEOF: true })
                {
                    open.Remove(result.Partition.Value);
                }
                else if (result is not null)
                {
                    Timestamp timestamp = result.Message.Timestamp;
                    long timestampMs = timestamp.Type == TimestampType.NotAvailable ? RecordBatch.NoTimestamp : timestamp.UnixTimestampMs;
                    batch.Add(new(topic, result.Partition.Value), result.Offset.Value, timestampMs, result.Message.Value, result.Message.Value is not null);
                }
            }
            return batch;
        }
        catch (KafkaException failure)
        {
            throw _trouble.Unavailable(failure);
        }
    }

    // an equal share of each partition's end
    private TopicPartitionOffset[] Starts(string topic, int count)
    {
        using IAdminClient admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        List<PartitionMetadata> partitions = [.. admin.GetMetadata(topic, ClusterAdmin.RequestTimeout).Topics.SelectMany(known => known.Partitions)];
        int share = partitions.Count == 0 ? 0 : Math.Max(1, count / partitions.Count);
        return
        [
            .. partitions.Select(partition =>
            {
                TopicPartition id = new(topic, partition.PartitionId);
                WatermarkOffsets offsets = _consumer.QueryWatermarkOffsets(id, ClusterAdmin.RequestTimeout);
                return new TopicPartitionOffset(id, Math.Max(offsets.Low.Value, offsets.High.Value - share));
            }),
        ];
    }
}

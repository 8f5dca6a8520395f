using System.Globalization;
using System.Text;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Records;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Copies rejected records to the dead-letter topic, with the reason and where they came from in headers. Never holds up the fold: what does not fit into the
/// client's queue (16 MiB), or is not delivered within a minute, is counted and let go.
/// </summary>
public sealed class DeadLetterProducer : IDisposable
{
    private const string ReasonHeader = "aggregator.reason";
    private const string TopicHeader = "aggregator.topic";
    private const string PartitionHeader = "aggregator.partition";
    private const string OffsetHeader = "aggregator.offset";

    private readonly KafkaSettings _settings;
    private readonly string _topic;
    private readonly ServiceStatus _status;
    private readonly ILogger _logger;
    private readonly LogThrottle _throttle;
    private readonly IProducer<byte[]?, byte[]?> _producer;

    /// <param name="settings">The section <c>Kafka</c>, with a dead-letter topic.</param>
    /// <param name="status">Copies and failures are counted there.</param>
    /// <param name="logger">Takes rate-limited lines.</param>
    /// <param name="time">The clock.</param>
    public DeadLetterProducer(KafkaSettings settings, ServiceStatus status, ILogger<DeadLetterProducer> logger, TimeProvider time)
    {
        _settings = settings;
        _topic = settings.DeadLetterTopic ?? throw new ArgumentException("There is no dead-letter topic.", nameof(settings));
        _status = status;
        _logger = logger;
        _throttle = new LogThrottle(time, TimeSpan.FromSeconds(30));
        _producer = new ProducerBuilder<byte[]?, byte[]?>(ClientConfiguration.Producer(settings))
            .SetErrorHandler((_, error) => Warn(error.Reason))
            .SetLogHandler((_, _) => { })
            .Build();
    }

    /// <summary>Copies a record. The batch may be given back right after.</summary>
    /// <param name="batch">The batch that holds it.</param>
    /// <param name="index">Its index in the batch.</param>
    /// <param name="reason">Why it was rejected.</param>
    public void Send(RecordBatch batch, int index, RejectReason reason)
    {
        PartitionId partition = batch.Partitions[index];
        long timestamp = batch.Timestamps[index];
        var message = new Message<byte[]?, byte[]?>
        {
            Key = batch.HasKey(index) ? batch.Key(index).ToArray() : null,
            Value = batch.HasValue(index) ? batch.Value(index).ToArray() : null,
            Timestamp = timestamp == RecordBatch.NoTimestamp ? Timestamp.Default : new Timestamp(timestamp, TimestampType.CreateTime),
            Headers =
            [
                new Header(ReasonHeader, Encoding.UTF8.GetBytes(reason.Label())),
                new Header(TopicHeader, Encoding.UTF8.GetBytes(_settings.TopicName(partition.Topic))),
                new Header(PartitionHeader, Encoding.UTF8.GetBytes(partition.Partition.ToString(CultureInfo.InvariantCulture))),
                new Header(OffsetHeader, Encoding.UTF8.GetBytes(batch.Offsets[index].ToString(CultureInfo.InvariantCulture))),
            ],
        };
        try
        {
            _producer.Produce(_topic, message, Delivered);
        }
        catch (KafkaException e)
        {
            // Full, larger than the topic takes, or fatal.
            Fail(e.Error.Reason);
        }
    }

    /// <summary>Waits for the copies under way, at most that long.</summary>
    /// <returns>Whether all are delivered or given up.</returns>
    public bool Flush(TimeSpan timeout)
    {
        try
        {
            return _producer.Flush(timeout) == 0;
        }
        catch (KafkaException e)
        {
            Warn(e.Error.Reason);
            return false;
        }
    }

    public void Dispose() => _producer.Dispose();

    private void Delivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
        {
            Fail(report.Error.Reason);
        }
        else
        {
            _status.DeadLetters.Add();
        }
    }

    private void Fail(string reason)
    {
        _status.DeadLetterFailures.Add();
        Warn(reason);
    }

    private void Warn(string reason)
    {
        if (_throttle.Allows("dead-letter", out int heldBack))
        {
            _logger.LogWarning("Copies do not reach the dead-letter topic {Topic}: {Reason} ({Count} more since the last line).", _topic, reason, heldBack);
        }
    }
}

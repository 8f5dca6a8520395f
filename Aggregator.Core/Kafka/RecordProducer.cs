using System.Globalization;
using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Writes records into the two topics, each into the partition and with the timestamp that the caller names: idempotent, compressed, in order within a
/// partition. One thread writes; it is held up while too much is under way.
/// </summary>
public sealed class RecordProducer : IDisposable
{
    // Under the client's own limit, which would answer with an exception a record.
    private const int MaxUnderWay = 40_000;

    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    // Some 5 s.
    private const int PollsPerWord = 50;

    private readonly KafkaSettings _settings;
    private readonly Action<string>? _held;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly Action<DeliveryReport<byte[]?, byte[]?>> _reported;
    private readonly Dictionary<PartitionId, TopicPartition> _targets = [];
    private long _produced;
    private long _reportedCount;
    private long _delivered;
    private volatile string? _failure;

    /// <param name="settings">The section <c>Kafka</c>.</param>
    /// <param name="held">Is told every 5 s or so why a caller of <see cref="Produce"/> is held up; null for nobody.</param>
    public RecordProducer(KafkaSettings settings, Action<string>? held = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _held = held;
        _reported = Reported;
        Dictionary<string, string> configuration = ClientConfiguration.Producer(settings);
        configuration["dotnet.producer.delivery.report.fields"] = "none";
        _producer = new ProducerBuilder<byte[]?, byte[]?>(configuration)
            .SetErrorHandler((_, error) => LastError = error.Reason)
            .SetLogHandler((_, _) => { })
            .Build();
    }

    /// <summary>Records that brokers have taken so far.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>What the client complained about since brokers last took a record, one that is down for example; it goes on trying. Null where it did not.</summary>
    public string? LastError { get; private set; }

    /// <summary>Why records wait, and how many; null where they do not, as far as is known. For the thread that writes.</summary>
    public string? Waiting => _produced - Interlocked.Read(ref _reportedCount) is > 0 and var waiting && LastError is { } reason
        ? string.Create(CultureInfo.InvariantCulture, $"{waiting} records wait for Kafka at {_settings.BootstrapServers}: {reason}")
        : null;

    /// <summary>Hands a record to the client; waits while too much is under way.</summary>
    /// <param name="partition">Where to.</param>
    /// <param name="timestampMs">Its timestamp (CreateTime), ms since the epoch.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="hasValue">False for a record without a value.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="KafkaUnavailableException">A record was not delivered within the client's <c>message.timeout.ms</c>, or brokers refused one.</exception>
    public void Produce(PartitionId partition, long timestampMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasValue, CancellationToken cancellation)
    {
        Message<byte[]?, byte[]?> message = new()
        {
            Key = key.ToArray(),
            Value = hasValue ? value.ToArray() : null,
            Timestamp = new Timestamp(timestampMs, TimestampType.CreateTime),
        };
        if (!_targets.TryGetValue(partition, out TopicPartition? target))
        {
            target = new(_settings.TopicName(partition.Topic), partition.Partition);
            _targets[partition] = target;
        }
        AwaitRoom(cancellation);
        while (true)
        {
            ThrowIfFailed();
            try
            {
                _producer.Produce(target, message, _reported);
                _produced++;
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                cancellation.ThrowIfCancellationRequested();
                _producer.Poll(PollTime);
            }
            catch (KafkaException e)
            {
                throw new KafkaUnavailableException(Failure(target, e.Error), e);
            }
        }
    }

    /// <summary>Waits until everything is delivered.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>Whether it is.</returns>
    /// <exception cref="KafkaUnavailableException">A record was not delivered.</exception>
    public bool Flush(TimeSpan timeout)
    {
        try
        {
            bool isFlushed = _producer.Flush(timeout) == 0;
            ThrowIfFailed();
            // The client counts a report as served when its own thread takes it up, a moment before it is counted here.
            return isFlushed && SpinWait.SpinUntil(() => Interlocked.Read(ref _reportedCount) == _produced, timeout);
        }
        catch (KafkaException e)
        {
            throw new KafkaUnavailableException($"Kafka at {_settings.BootstrapServers}: {e.Error.Reason}", e);
        }
    }

    /// <summary>Ends at once; what is still under way is lost, so <see cref="Flush"/> comes before.</summary>
    public void Dispose() => _producer.Dispose();

    private void AwaitRoom(CancellationToken cancellation)
    {
        for (int polls = 1; _produced - Interlocked.Read(ref _reportedCount) >= MaxUnderWay; polls++)
        {
            if (polls % PollsPerWord == 0 && Waiting is { } waiting)
            {
                _held?.Invoke(waiting);
            }
            cancellation.ThrowIfCancellationRequested();
            ThrowIfFailed();
            _producer.Poll(PollTime);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new KafkaUnavailableException(failure);
        }
    }

    // on the client's own thread, and on the one that flushes, at the same time
    private void Reported(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
        {
            _failure ??= Failure(report.TopicPartition, report.Error);
        }
        else
        {
            Interlocked.Increment(ref _delivered);
            LastError = null;
        }
        Interlocked.Increment(ref _reportedCount);
    }

    private string Failure(TopicPartition target, Error error) =>
        $"Kafka at {_settings.BootstrapServers} did not take a record for {target.Topic}[{target.Partition.Value}]: {error.Reason}"
        + (LastError is null || LastError == error.Reason ? "" : $" ({LastError})");
}

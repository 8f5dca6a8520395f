using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;

namespace Aggregator.Host.Traffic;

/// <summary>Writes records into the topics of a Kafka.</summary>
/// <param name="settings">The Kafka.</param>
/// <param name="held">Is told every 5 s or so why writing is held up; null for nobody.</param>
public sealed class KafkaSink(KafkaSettings settings, Action<string>? held = null) : ITrafficSink
{
    // Longer than the client itself tries to deliver a record; what is not delivered then has failed.
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan FlushStep = TimeSpan.FromMilliseconds(200);

    private readonly RecordProducer _producer = new(settings, held);

    /// <summary>Records that brokers have taken so far.</summary>
    public long Delivered => _producer.Delivered;

    public string? Waiting => _producer.Waiting;

    public void Write(in GeneratedRecord record, CancellationToken cancellation) =>
        _producer.Produce(record.Partition, record.TimestampMs, record.Key, record.Value, record.HasValue, cancellation);

    public void Pause()
    {
        // the client sends by itself after its linger.ms
    }

    public Task CompleteAsync(CancellationToken cancellation) => Task.Run(
        () =>
        {
            for (TimeSpan waited = TimeSpan.Zero; waited < FlushTimeout; waited += FlushStep)
            {
                if (_producer.Flush(FlushStep))
                {
                    return;
                }
                cancellation.ThrowIfCancellationRequested();
            }
            throw new KafkaUnavailableException($"Kafka at {settings.BootstrapServers} did not take the last records: {_producer.LastError ?? "no answer"}");
        },
        cancellation);

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }
}

using System.Globalization;
using Aggregator.Core.Records;
using Aggregator.Core.Scheduling;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>One consumer that reads given sections of partitions, without a group, and without committing anything.</summary>
internal sealed class LogSession : IDisposable
{
    /// <summary>Payload that waits in the client, over all partitions: what the service allows itself too. In memory it is some four times as much.</summary>
    private const int QueuedKilobytes = 16 * 1024;

    /// <summary>Less than that for a partition makes too many small fetches.</summary>
    private const int LeastKilobytes = 64;

    private static readonly TimeSpan ServeEvery = TimeSpan.FromSeconds(1);

    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly List<PartitionQueue> _queues = [];
    private readonly LogReadAhead _ahead;
    private readonly ThreadGathering? _threads;
    private readonly TimeProvider _time;
    private readonly ConnectionTrouble _trouble;
    private long _served;

    /// <exception cref="KafkaException">The client cannot be made.</exception>
    public LogSession(KafkaSettings settings, TopicNames names, IReadOnlyList<LogSection> sections, ConnectionTrouble trouble, TimeProvider time)
    {
        _time = time;
        _trouble = trouble;
        _served = time.GetTimestamp();
        _consumer = new ConsumerBuilder<Ignore, Ignore>(Configuration(settings, sections.Count))
            .SetErrorHandler((_, error) => trouble.Note(error))
            .SetLogHandler((_, message) => trouble.Note(message))
            .Build();
        using var client = new ClientReference(NativeConsumer.HandleOf(_consumer.Handle));
        foreach (LogSection section in sections)
        {
            nint queue = NativeQueue.OfPartition(client.Pointer, settings.TopicName(section.Partition.Topic), section.Partition.Partition);
            // Off the queue that all partitions share; before it is assigned, so that nothing goes there.
            NativeQueue.Forward(queue, 0);
            _queues.Add(new(queue, names.Text(section.Partition), section));
        }
        _threads = ClientThreads.Gathering(settings, time);
        _consumer.Assign(sections.Where(section => section.Start < section.Stop).Select(section => new TopicPartitionOffset(names.Partition(section.Partition), section.Start)));
        _ahead = new(_queues.ToDictionary(queue => queue.Partition, queue => (Func<RecordBatch, TimeSpan, LogRead>)queue.Read), Look, ServeEvery);
    }

    public LogRead Read(PartitionId partition, RecordBatch batch, TimeSpan wait) => _ahead.Read(partition, batch, wait);

    /// <summary>Ends the client. May hang when brokers do.</summary>
    public void Dispose()
    {
        _ahead.Dispose();
        _threads?.Release();
        foreach (PartitionQueue queue in _queues)
        {
            queue.Dispose();
        }
        try
        {
            _consumer.Close();
        }
        catch (KafkaException)
        {
            // there is nothing to leave in good order
        }
        finally
        {
            _consumer.Dispose();
        }
    }

    internal static Dictionary<string, string> Configuration(KafkaSettings settings, int partitions)
    {
        int kilobytes = Math.Max(LeastKilobytes, QueuedKilobytes / Math.Max(1, partitions));
        Dictionary<string, string> c = ClientConfiguration.Consumer(settings with { GroupProtocol = "classic" });
        // What is gone shall be said, not passed over.
        c["auto.offset.reset"] = "error";
        c["enable.partition.eof"] = "true";
        c["queued.max.messages.kbytes"] = kilobytes.ToString(CultureInfo.InvariantCulture);
        if (c.ContainsKey("max.partition.fetch.bytes"))
        {
            c["max.partition.fetch.bytes"] = Math.Min(1024 * 1024, kilobytes * 1024).ToString(CultureInfo.InvariantCulture);
        }
        foreach (string key in settings.Properties.Keys.Where(key => key is "queued.max.messages.kbytes" or "max.partition.fetch.bytes"))
        {
            c[key] = settings.Properties[key];
        }
        return c;
    }

    private void Look()
    {
        _threads?.Look();
        if (_time.GetElapsedTime(_served) > ServeEvery)
        {
            _served = _time.GetTimestamp();
            Serve();
        }
    }

    // Errors and logs come by the queue that all share; records do not.
    private void Serve()
    {
        try
        {
            _consumer.Consume(TimeSpan.Zero);
        }
        catch (ConsumeException failure)
        {
            _trouble.Note(failure.Error);
        }
    }
}

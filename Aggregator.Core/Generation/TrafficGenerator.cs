using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>
/// Realistic IM traffic as it would lie in Kafka: records in the order of being written, each with its partition, offset and time. Pure and
/// deterministic; whoever wants it at the pace of a clock waits for <see cref="NextTimestampMs"/>. Not for several threads.
/// </summary>
public sealed class TrafficGenerator
{
    // How long records lie in a producer (linger) and on the way.
    private const double MeanDelayMs = 15;
    private const double DisorderFromMs = 200;
    private const double DisorderToMs = 5_000;
    private const double LateFromMs = 15_000;
    private const double LateToMs = 120_000;

    // A producer that got no answer sends again.
    private const double RetryFromMs = 100;
    private const double RetryToMs = 2_000;

    private readonly TrafficSettings _settings;
    private readonly TrafficRandom _random;
    private readonly TrafficModel _model;
    private readonly TrafficRecordWriter _writer;
    private readonly BadRecordWriter _badWriter;
    private readonly PendingRecords _pending = new();
    private readonly long[] _latencyOffsets;
    private readonly long[] _ackOffsets;
    private readonly byte[] _key = new byte[TrafficRecordWriter.IdLength];
    private readonly byte[] _value = new byte[BadRecordWriter.LongestValue];
    private TrafficMessage _next;
    private bool _hasNext;
    private long _badRecords;

    /// <exception cref="ArgumentException">The settings cannot be used; the message names everything that is wrong with them.</exception>
    public TrafficGenerator(TrafficSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(settings));
        }
        _settings = settings;
        _random = new(settings.Seed);
        _model = new(settings, _random);
        _writer = new(settings);
        _badWriter = new(settings.Fields);
        _latencyOffsets = new long[settings.LatencyPartitions];
        _ackOffsets = new long[settings.AckPartitions];
        _hasNext = _model.TryNext(out _next);
    }

    /// <summary>Messages sent so far; their records follow as time goes on.</summary>
    public long Messages { get; private set; }

    /// <summary>Records given out so far.</summary>
    public long Records { get; private set; }

    /// <summary>When the next record is written, in ms since the epoch; null where there is none any more.</summary>
    public long? NextTimestampMs
    {
        get
        {
            SendUntilFirstIsKnown();
            return _pending.FirstWriteMs;
        }
    }

    /// <summary>Gives the next record; false where there is none any more.</summary>
    public bool TryNext(out GeneratedRecord record)
    {
        SendUntilFirstIsKnown();
        if (!_pending.TryTake(out PendingRecord pending, out long writeMs))
        {
            record = default;
            return false;
        }
        RecordTopic topic = pending.Kind is PendingKind.Acked or PendingKind.BadAck ? RecordTopic.Ack : RecordTopic.Latency;
        _writer.WriteId(pending.Message, _key);
        int length = pending.Kind is PendingKind.BadLatency or PendingKind.BadAck
            ? _badWriter.Write(topic, pending.Variant, _key, writeMs, _value)
            : _writer.Write(pending, _key, _value);
        long[] offsets = topic == RecordTopic.Latency ? _latencyOffsets : _ackOffsets;
        int partition = Murmur2Partitioner.PartitionOf(_key, offsets.Length);
        record = new()
        {
            Partition = new(topic, partition),
            Offset = offsets[partition]++,
            TimestampMs = writeMs,
            Key = _key,
            Value = _value.AsSpan(0, Math.Max(0, length)),
            HasValue = length >= 0,
        };
        Records++;
        return true;
    }

    /// <summary>Adds records to the batch until it is full or there is none any more; returns how many it added.</summary>
    public int Fill(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int added = 0;
        while (!batch.IsFull && TryNext(out GeneratedRecord record))
        {
            batch.Add(record.Partition, record.Offset, record.TimestampMs, record.Value, record.HasValue, record.Key, hasKey: true);
            added++;
        }
        return added;
    }

    // Nothing is written before it was sent: the first waiting record is the next one once no message is still to be sent before or at its time.
    private void SendUntilFirstIsKnown()
    {
        while (_hasNext && !(_pending.FirstWriteMs < _next.SentAt))
        {
            Report(_next);
            Messages++;
            _hasNext = _model.TryNext(out _next);
        }
    }

    private void Report(in TrafficMessage message)
    {
        PendingRecord sent = new()
        {
            Kind = PendingKind.Sent,
            Message = message.Number,
            From = message.From,
            To = message.To,
            Node = (byte)message.FromTraits.Node,
            Platform = (byte)message.FromTraits.Platform,
            Time = message.SentAt + message.FromTraits.ClockErrorMs,
        };
        if (!message.IsReceived || _random.Happens(_settings.SplitShare))
        {
            Write(sent, message.SentAt);
        }
        if (message.IsReceived)
        {
            PendingRecord received = sent;
            received.Kind = PendingKind.Received;
            received.ReceivedAt = message.SentAt + message.LatencyMs + message.ToTraits.ClockErrorMs;
            // measured by the gateways, whose clocks are right
            received.LatencyMs = (int)message.LatencyMs;
            Write(received, message.SentAt + message.LatencyMs);
        }
        if (message.IsAcked)
        {
            PendingRecord acked = sent;
            acked.Kind = PendingKind.Acked;
            acked.Variant = (short)message.ErrorCode;
            acked.Node = (byte)message.ToTraits.Node;
            acked.Platform = (byte)message.ToTraits.Platform;
            acked.Time = message.AckedAt + message.ToTraits.ClockErrorMs;
            Write(acked, message.AckedAt);
        }
        // a message has two records or so
        if (_random.Happens(2 * _settings.BadShare))
        {
            PendingRecord bad = sent;
            bad.Kind = (_badRecords / BadRecordWriter.Variants & 1) == 0 ? PendingKind.BadLatency : PendingKind.BadAck;
            bad.Variant = (short)(_badRecords++ % BadRecordWriter.Variants);
            _pending.Add(bad, message.SentAt + Delay());
        }
    }

    private void Write(in PendingRecord record, long happenedAt)
    {
        long writeMs = happenedAt + Delay();
        _pending.Add(record, writeMs);
        if (_random.Happens(_settings.DuplicateShare))
        {
            _pending.Add(record, writeMs + (long)_random.Uniform(RetryFromMs, RetryToMs));
        }
    }

    private long Delay()
    {
        double delay = _random.Exponential(MeanDelayMs);
        double choice = _random.Uniform();
        if (choice < _settings.DisorderShare)
        {
            delay += _random.Uniform(DisorderFromMs, DisorderToMs);
        }
        else if (choice < _settings.DisorderShare + _settings.LateShare)
        {
            delay += _random.Uniform(LateFromMs, LateToMs);
        }
        return (long)delay;
    }
}

using System.Buffers.Text;
using System.Text;
using Aggregator.Benchmarks.Shapes;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Grow;

/// <summary>
/// Records of one shape as fast as they can be written: a message every so often in event time, its acknowledgement 100 ms later, users and groups in turn by a mixing
/// function. Nothing is random, so two runs fold the same records.
/// </summary>
public sealed class GrowTraffic(GrowCase of)
{
    private const long StartMs = 1_767_225_600_000;
    private const int AckDelayMs = 100;

    private static readonly byte[] Hex = Encoding.ASCII.GetBytes("0123456789abcdef");

    private readonly long[] _offsets = new long[2 * of.Partitions];
    private readonly Queue<(long Message, long AtMs)> _pending = new();
    private readonly double _messagesPerMs = of.IdsPerWindow / of.Window.TotalMilliseconds;
    private readonly byte[] _value = new byte[RecordDecoder.MaxValueBytes];
    private long _message;

    /// <summary>Event time so far, from the start on.</summary>
    public long ElapsedMs => (long)(_message / _messagesPerMs);

    /// <summary>Fills a batch.</summary>
    public void Fill(RecordBatch batch)
    {
        batch.Clear();
        while (!batch.IsFull)
        {
            long nowMs = StartMs + ElapsedMs;
            if (_pending.TryPeek(out (long Message, long AtMs) ack) && ack.AtMs <= nowMs)
            {
                _pending.Dequeue();
                Add(batch, RecordTopic.Ack, ack.Message, ack.AtMs);
                continue;
            }
            Add(batch, RecordTopic.Latency, _message, nowMs);
            _pending.Enqueue((_message, nowMs + AckDelayMs));
            _message++;
        }
    }

    private void Add(RecordBatch batch, RecordTopic topic, long number, long atMs)
    {
        ulong mixed = Mix((ulong)number);
        ReportedMessage message = new(topic, mixed, (long)(mixed % (ulong)of.Users), (long)(Mix(mixed) % (ulong)of.Users), atMs);
        int length = of.Write is null ? Write(message) : Encoding.UTF8.GetBytes(of.Write(message), _value);
        PartitionId partition = new(topic, (int)(mixed % (ulong)of.Partitions));
        batch.Add(partition, _offsets[partition.Index]++, atMs, _value.AsSpan(0, length));
    }

    private int Write(in ReportedMessage message)
    {
        int length = 0;
        Put(ref length, "{\"msg_id\":\""u8);
        for (ulong bits = message.Id, i = 0; i < 16; i++, bits >>= 4)
        {
            _value[length++] = Hex[bits & 15];
        }
        if (message.Topic == RecordTopic.Latency)
        {
            Put(ref length, "\",\"from\":\"u"u8);
            Put(ref length, message.From);
            Put(ref length, "\",\"to\":\"u"u8);
            Put(ref length, message.To);
            Put(ref length, "\",\"send_ts\":"u8);
            Put(ref length, message.AtMs);
            Put(ref length, ",\"latency\":"u8);
            Put(ref length, message.LatencyMs);
        }
        else
        {
            Put(ref length, "\",\"uid\":\"u"u8);
            Put(ref length, message.To);
            Put(ref length, "\",\"ack_ts\":"u8);
            Put(ref length, message.AtMs);
            Put(ref length, ",\"code\":\"OK\""u8);
        }
        Put(ref length, ",\"group\":\"g"u8);
        Put(ref length, message.From % of.Groups);
        Put(ref length, "\"}"u8);
        return length;
    }

    private void Put(ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(_value.AsSpan(length));
        length += text.Length;
    }

    private void Put(ref int length, long number)
    {
        Utf8Formatter.TryFormat(number, _value.AsSpan(length), out int written);
        length += written;
    }

    /// <summary>A number that looks random, another one for each.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}

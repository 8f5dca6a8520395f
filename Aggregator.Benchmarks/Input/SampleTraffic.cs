using System.Text;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Input;

/// <summary>
/// Records as a producer writes them, about 150 B each, in the order in which they come from the log: a message's latency record when it was received and
/// its ack a little later. Always the same ones. Numbers of groups are exact: 24 of <see cref="Regions"/> × <see cref="Platforms"/>, 96 with the node.
/// </summary>
public sealed class SampleTraffic
{
    /// <summary>2026-01-01T00:00:00Z, the start of a window.</summary>
    public const long StartMs = 1_767_225_600_000;

    /// <summary>Messages a second of event time.</summary>
    public const int Rate = 4_000;

    /// <summary>The dimension sets of the benchmarks with groups: 24 and 96 groups.</summary>
    public static readonly string[][] TwoSets = [["region", "platform"], ["region", "platform", "node"]];

    private const int Users = 100_000;
    private const int Partitions = 4;
    private static readonly string[] Regions = ["cn-east", "cn-north", "eu-west", "us-east", "ap-south", "sa-east"];
    private static readonly string[] Platforms = ["android", "ios", "web", "desktop"];
    private static readonly string[] ErrorCodes = ["E_OFFLINE", "E_TIMEOUT", "E_BLOCKED", "E_RATE_LIMIT"];

    private readonly PriorityQueue<(bool IsAck, long Message), long> _pending = new();
    private readonly long[] _offsets = new long[2 * Partitions];
    private readonly byte[] _value = new byte[1024];
    private long _messages;

    /// <summary>Writes records into new batches of the usual size.</summary>
    public static RecordBatch[] Batches(int records)
    {
        SampleTraffic traffic = new();
        List<RecordBatch> batches = [];
        while (records > 0)
        {
            RecordBatch batch = new();
            for (; records > 0 && !batch.IsFull; records--)
            {
                traffic.AddTo(batch);
            }
            batches.Add(batch);
        }
        return [.. batches];
    }

    /// <summary>Writes records of one topic only, into one batch.</summary>
    public static RecordBatch Batch(RecordTopic topic, int records)
    {
        SampleTraffic traffic = new();
        RecordBatch batch = new(records);
        while (!batch.IsFull)
        {
            traffic.AddTo(batch);
            if (batch.Partitions[^1].Topic != topic)
            {
                batch.RemoveLast();
            }
        }
        return batch;
    }

    /// <summary>Lines as <c>kcat -C -J</c> writes them.</summary>
    public static byte[] Envelopes(int lines)
    {
        MemoryStream text = new();
        foreach (RecordBatch batch in Batches(lines))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                PartitionId partition = batch.Partitions[i];
                string topic = partition.Topic == RecordTopic.Latency ? "im-latency" : "ack";
                string payload = Encoding.UTF8.GetString(batch.Value(i)).Replace("\"", "\\\"", StringComparison.Ordinal);
                text.Write(Encoding.UTF8.GetBytes(
                    $"{{\"topic\":\"{topic}\",\"partition\":{partition.Partition},\"offset\":{batch.Offsets[i]},\"tstype\":\"logappend\","
                    + $"\"ts\":{batch.Timestamps[i]},\"broker\":1,\"key\":\"{Encoding.UTF8.GetString(batch.Key(i))}\",\"payload\":\"{payload}\"}}\n"));
            }
        }
        return text.ToArray();
    }

    private void AddTo(RecordBatch batch)
    {
        // A record is written when its message has been received or acknowledged, so up to some seconds after the sending of others.
        while (_pending.Count < Rate * 4)
        {
            long message = _messages++;
            long received = SentAt(message) + LatencyOf(message);
            _pending.Enqueue((false, message), received);
            if (Mix(message, 3) % 1000 >= 8)
            {
                _pending.Enqueue((true, message), received + 5 + (long)(Mix(message, 4) % 80));
            }
        }
        _pending.TryDequeue(out (bool IsAck, long Message) next, out long at);
        PartitionId partition = new(next.IsAck ? RecordTopic.Ack : RecordTopic.Latency, (int)(Mix(next.Message, 5) % Partitions));
        int length = next.IsAck ? WriteAck(next.Message, at) : WriteLatency(next.Message, at);
        batch.Add(partition, _offsets[partition.Index]++, at + 3, _value.AsSpan(0, length), true, Encoding.UTF8.GetBytes(IdOf(next.Message)), true);
    }

    private int WriteLatency(long message, long receivedMs) => Encoding.UTF8.GetBytes(
        $"{{\"msg_id\":\"{IdOf(message)}\",\"send_ts\":{SentAt(message)},\"recv_ts\":{receivedMs},\"latency\":{receivedMs - SentAt(message)},"
        + $"\"from\":\"{UserOf(message, 1)}\",\"to\":\"{UserOf(message, 2)}\",{DimensionsOf(message)}}}", _value);

    private int WriteAck(long message, long ackedMs)
    {
        ulong fate = Mix(message, 6);
        string code = fate % 100 == 0 ? ErrorCodes[fate / 100 % 4] : "OK";
        return Encoding.UTF8.GetBytes(
            $"{{\"msg_id\":\"{IdOf(message)}\",\"ack_ts\":{ackedMs},\"uid\":\"{UserOf(message, 2)}\",\"code\":\"{code}\",{DimensionsOf(message)}}}", _value);
    }

    private static string IdOf(long message) => $"m-{Mix(message, 0):x16}";

    /// <summary>A few users send and receive most: the square of a uniform number leans towards 0.</summary>
    private static string UserOf(long message, ulong salt)
    {
        double uniform = (Mix(message, salt) >> 11) * (1.0 / (1UL << 53));
        return $"u-{(int)(uniform * uniform * Users)}";
    }

    private static string DimensionsOf(long message)
    {
        ulong choice = Mix(message, 7);
        ulong region = choice % 6;
        return $"\"region\":\"{Regions[region]}\",\"platform\":\"{Platforms[choice / 6 % 4]}\",\"node\":\"im-{region * 4 + choice / 24 % 4 + 1:00}\"";
    }

    private static long SentAt(long message) => StartMs + message * 1000 / Rate;

    /// <summary>Lognormal, median 60 ms; one of a hundred takes seconds.</summary>
    private static long LatencyOf(long message)
    {
        double sum = 0;
        for (ulong salt = 10; salt < 22; salt++)
        {
            sum += (Mix(message, salt) >> 11) * (1.0 / (1UL << 53));
        }
        double latency = 60 * Math.Exp(0.5 * (sum - 6));
        return (long)Math.Min(9_000, Mix(message, 22) % 100 == 0 ? latency * 40 : latency);
    }

    private static ulong Mix(long message, ulong salt)
    {
        ulong bits = ((ulong)message + 1) * 0x9E37_79B9_7F4A_7C15 + salt * 0xD1B5_4A32_D192_ED03;
        bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB;
        return bits ^ (bits >> 31);
    }
}

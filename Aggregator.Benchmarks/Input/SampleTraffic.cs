using System.Buffers.Text;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Input;

/// <summary>
/// Records of the traffic generator, about 160 B each and always the same ones, with dimensions of our own: every user has a platform and a node, so that
/// <see cref="TwoSets"/> are exactly 24 and 96 groups, and each has users of its own.
/// </summary>
public sealed class SampleTraffic
{
    /// <summary>The start of a window.</summary>
    public const long StartMs = 1_767_225_600_000;

    /// <summary>Messages a second of event time, each with two records or so; 120,000 a window.</summary>
    public const int Rate = 2_000;

    /// <summary>The dimension sets of the benchmarks with groups: 24 and 96 groups.</summary>
    public static readonly string[][] TwoSets = [["region", "platform"], ["region", "platform", "node"]];

    private static readonly string[] Regions = ["cn-east", "cn-north", "eu-west", "us-east", "ap-south", "sa-east"];
    private static readonly string[] Platforms = ["android", "ios", "web", "desktop"];
    private static readonly byte[][] Endings =
    [
        .. from node in Enumerable.Range(0, 24)
           from platform in Platforms
           select Encoding.UTF8.GetBytes($",\"region\":\"{Regions[node / 4]}\",\"platform\":\"{platform}\",\"node\":\"im-{node + 1:00}\"}}"),
    ];

    private readonly TrafficGenerator _generator;

    private SampleTraffic(int rate) => _generator = new(new TrafficSettings { Rate = rate, StartMs = StartMs, Dimensions = [] });

    /// <summary>Writes records into new batches of the usual size.</summary>
    /// <param name="records">How many.</param>
    /// <param name="rate">Messages a second of event time.</param>
    public static RecordBatch[] Batches(int records, int rate = Rate)
    {
        SampleTraffic traffic = new(rate);
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
        SampleTraffic traffic = new(Rate);
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

    /// <summary>Moves all times in records, and of records, into the future.</summary>
    public static void Delay(RecordBatch[] batches, long byMs)
    {
        foreach (RecordBatch batch in batches)
        {
            foreach (ref long timestamp in Writable(batch.Timestamps))
            {
                timestamp += byMs;
            }
            for (int i = 0; i < batch.Count; i++)
            {
                Delay(Writable(batch.Value(i)), byMs);
            }
        }
    }

    private static void Delay(Span<byte> value, long byMs)
    {
        for (int name; (name = value.IndexOf("_ts\":"u8)) >= 0;)
        {
            value = value[(name + "_ts\":"u8.Length)..];
            if (!Utf8Parser.TryParse(value, out long ms, out int digits) || !Utf8Formatter.TryFormat(ms + byMs, value[..digits], out _))
            {
                throw new InvalidOperationException("a time is no number, or has more digits than before");
            }
        }
    }

    // Batches are written once; that this happens again between two runs is nobody else's business.
    private static Span<T> Writable<T>(ReadOnlySpan<T> span) => MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(span), span.Length);

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
        if (!_generator.TryNext(out GeneratedRecord record))
        {
            throw new InvalidOperationException("the traffic has an end");
        }
        ReadOnlySpan<byte> fields = record.Value[..^1];
        byte[] ending = Endings[XxHash3.HashToUInt64(UserOf(fields)) % (ulong)Endings.Length];
        Span<byte> value = batch.Append(record.Partition, record.Offset, record.TimestampMs, fields.Length + ending.Length, true, record.Key, true);
        fields.CopyTo(value);
        ending.CopyTo(value[fields.Length..]);
    }

    /// <summary>Who sent the message or, in an ack, received it: the second field.</summary>
    private static ReadOnlySpan<byte> UserOf(ReadOnlySpan<byte> fields)
    {
        ReadOnlySpan<byte> user = fields[(fields.IndexOf(":\"u"u8) + 3)..];
        return user[..user.IndexOf((byte)'"')];
    }
}

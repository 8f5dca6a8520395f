using System.Globalization;
using System.Text;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;

namespace Aggregator.Tests.Replay;

/// <summary>
/// Logs that make a replay of a range hard: Kafka timestamps in order or not, event times ahead of them by all that is allowed or behind them by hours, partitions that are
/// silent for long, buffers of old records that come late, duplicates and receipts far from their sending, bad records, gaps in the offsets, gaps of more windows than are
/// filled. A seed gives the same logs for ever.
/// </summary>
internal sealed class RandomLogs
{
    public const long T0 = 1_767_225_600_000;

    private readonly Random _random;
    private readonly long _size;
    private readonly long _timeout;
    private readonly long _skew;
    private readonly List<(string Id, long SentMs)> _sent = [];
    private readonly Dictionary<PartitionId, long> _offsets = [];
    private readonly long _disorder;
    private readonly long _oldest;
    private readonly int _messages;

    private RandomLogs(int seed)
    {
        _random = new(seed);
        _size = Pick(1_000, 1_000, 10_000, 60_000);
        _timeout = _size * Pick(1, 1, 2, 5);
        _skew = Pick(0, _size / 2, 2 * _size, 300_000);
        _disorder = Pick(0, 0, _size, 10 * _size);
        _oldest = Pick(0, _size, 20 * _size, 200 * _size);
        _messages = Pick(2, 5, 20);
        Log = new(seed);
        Settings = new()
        {
            Window = TimeSpan.FromMilliseconds(_size),
            AckTimeout = TimeSpan.FromMilliseconds(_timeout),
            Lateness = TimeSpan.FromMilliseconds(Pick(0, _size / 2, _size, 3 * _size)),
            MaxFutureSkew = TimeSpan.FromMilliseconds(_skew),
            Identity = Pick(DeliveryIdentity.Message, DeliveryIdentity.Recipient),
            Groups = Pick<IReadOnlyList<IReadOnlyList<string>>>([], [["region"]]),
        };
    }

    public MemoryLog Log { get; }

    public AggregationSettings Settings { get; }

    public ReplayRange Range { get; private set; } = ReplayRange.Everything;

    public static RandomLogs Create(int seed)
    {
        RandomLogs logs = new(seed);
        logs.Fill();
        return logs;
    }

    private void Fill()
    {
        int latency = Pick(1, 1, 2, 3);
        int acks = Pick(1, 1, 2);
        for (int i = 0; i < latency; i++)
        {
            Log.AddPartition(new(RecordTopic.Latency, i));
        }
        for (int i = 0; i < acks; i++)
        {
            Log.AddPartition(new(RecordTopic.Ack, i));
        }
        long now = T0;
        int records = Pick(5, 20, 60, 200);
        HashSet<int> silent = [];
        for (int i = 0; i < records; i++)
        {
            now += _random.Next(30) switch
            {
                0 => _size * _random.Next(1, 30),
                1 when _random.Next(3) == 0 => _size * _random.Next(1_400, 1_480),
                < 10 => 0,
                _ => _random.NextInt64(_size),
            };
            if (_random.Next(15) == 0)
            {
                silent = [.. Enumerable.Range(0, latency).Where(_ => _random.Next(2) == 0)];
            }
            long timestamp = Math.Max(T0, now - (_disorder == 0 ? 0 : _random.NextInt64(_disorder)));
            if (_random.Next(3) == 0)
            {
                Put(new(RecordTopic.Ack, _random.Next(acks)), timestamp, Ack(timestamp));
                continue;
            }
            (string id, long sent) = MessageAt(timestamp);
            // All records of one message lie in one partition.
            int partition = id[^1] % latency;
            if (!silent.Contains(partition))
            {
                Put(new(RecordTopic.Latency, partition), timestamp, _random.Next(25) == 0 ? "no json" : Message(id, sent, timestamp));
            }
        }
        long from = T0 + (_size * _random.NextInt64(-2, ((now - T0) / _size) + 3));
        long to = from + (_size * (_random.Next(4) == 0 ? _random.NextInt64(1, 2_000) : _random.NextInt64(1, 12)));
        Range = _random.Next(8) switch
        {
            0 => new(null, to),
            1 => new(from, null),
            _ => new(from, to),
        };
    }

    private void Put(PartitionId partition, long timestamp, string value)
    {
        long offset = _offsets.GetValueOrDefault(partition) + (_random.Next(10) == 0 ? _random.Next(1, 5) : 0);
        _offsets[partition] = offset + 1;
        Log.Add(partition, new(offset, timestamp, Encoding.UTF8.GetBytes(value)));
    }

    /// <summary>A time as a producer may report it: mostly about now, at times long ago, at times as far ahead as is allowed, or a little more.</summary>
    private long Time(long timestamp) => _random.Next(8) switch
    {
        0 => timestamp + _skew,
        1 => timestamp + (_skew == 0 ? 0 : _random.NextInt64(_skew)),
        2 => timestamp + _skew + 1,
        3 or 4 when _oldest > 0 => timestamp - _random.NextInt64(_oldest),
        5 => timestamp / _size * _size,
        _ => timestamp - _random.NextInt64(_size),
    };

    private (string Id, long SentMs) MessageAt(long timestamp)
    {
        if (_sent.Count > 0 && _random.Next(2) == 0)
        {
            (string id, long sent) = _sent[_random.Next(Math.Max(0, _sent.Count - 8), _sent.Count)];
            return (id, sent + Pick(0, 0, 1, _size / 3));
        }
        return ("m" + _random.Next(_messages).ToString(CultureInfo.InvariantCulture), Time(timestamp));
    }

    private string Message(string id, long sent, long timestamp)
    {
        _sent.Add((id, sent));
        string received = _random.Next(4) switch
        {
            0 => "",
            1 => $",\"latency\":{_random.NextInt64(2 * _size)}",
            2 => $",\"recv_ts\":{Time(timestamp)}",
            _ => $",\"recv_ts\":{sent + _random.NextInt64(_size)}",
        };
        string sender = _random.Next(5) == 0 ? "" : $",\"from\":\"u{_random.Next(4)}\"";
        return $"{{\"msg_id\":\"{id}\",\"send_ts\":{sent}{received}{sender},\"to\":\"v{_random.Next(3)}\",\"region\":\"r{_random.Next(2)}\"}}";
    }

    private string Ack(long timestamp)
    {
        long acked = Time(timestamp);
        string id = "m0";
        if (_sent.Count > 0)
        {
            (id, long sent) = _sent[_random.Next(Math.Max(0, _sent.Count - 8), _sent.Count)];
            acked = _random.Next(4) switch
            {
                0 => sent + _timeout,
                1 => sent - _size,
                2 => sent + _random.NextInt64(_timeout),
                _ => acked,
            };
        }
        string code = _random.Next(4) == 0 ? ",\"code\":\"E1\"" : "";
        return $"{{\"msg_id\":\"{id}\",\"ack_ts\":{acked},\"uid\":\"v{_random.Next(3)}\"{code},\"region\":\"r{_random.Next(2)}\"}}";
    }

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];
}

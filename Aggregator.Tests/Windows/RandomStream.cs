using System.Globalization;
using System.Text;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Windows;

/// <summary>
/// A small stream of records that tries hard: few messages and users, few windows, times on and beside every boundary, messages reported again in the
/// same and in neighbouring windows, acknowledgements from before the sending to after the time-out, odd and bad records. A seed gives the same stream for ever.
/// </summary>
internal sealed class RandomStream
{
    private readonly Random _random;
    private readonly long _size;
    private readonly long _timeout;
    private readonly int _latencyPartitions;
    private readonly int _ackPartitions;
    private readonly int _messages;
    private readonly bool _isTimely;
    private readonly bool _hasGaps;
    private readonly List<(string Id, long SentMs)> _sent = [];
    private readonly Dictionary<PartitionId, long> _next = [];
    private readonly List<EnvelopeRecord> _records = [];
    private readonly List<long> _writtenAt = [];
    private long _now = Windows.Records.T0;

    private RandomStream(int seed)
    {
        Seed = seed;
        _random = new(seed);
        _size = Pick(1_000, 10_000, 10_000, 60_000);
        _timeout = _size * Pick(1, 1, 2, 3, 20);
        _latencyPartitions = Pick(1, 1, 2, 3);
        _ackPartitions = Pick(1, 1, 2, 3);
        _messages = Pick(1, 3, 6, 30);
        _isTimely = _random.Next(3) == 0;
        _hasGaps = _random.Next(25) == 0;
        Settings = new()
        {
            Window = TimeSpan.FromMilliseconds(_size),
            AckTimeout = TimeSpan.FromMilliseconds(_timeout),
            Lateness = TimeSpan.FromMilliseconds(Pick(0, 1, _size / 2, _size, 3 * _size)),
            MaxFutureSkew = TimeSpan.FromMilliseconds(Pick(0, 5_000, 300_000)),
            Identity = Pick(DeliveryIdentity.Message, DeliveryIdentity.Recipient),
            Groups = Pick<IReadOnlyList<IReadOnlyList<string>>>([], [], [["region"]], [["platform"], ["region", "platform"]], [["region", "platform"], ["platform", "region"], ["region"]]),
        };
    }

    public int Seed { get; }

    public AggregationSettings Settings { get; }

    /// <summary>The records as one reader may have met them; those of a partition in offset order.</summary>
    public IReadOnlyList<EnvelopeRecord> Records => _records;

    /// <summary>When each record was written, by the clock of the stream.</summary>
    public IReadOnlyList<long> WrittenAt => _writtenAt;

    public static RandomStream Create(int seed)
    {
        RandomStream stream = new(seed);
        int records = stream.Pick(4, 12, 40, 120);
        for (int i = 0; i < records; i++)
        {
            stream.Next();
        }
        return stream;
    }

    private void Next()
    {
        _now += Pick(0, 0, 1, _size / 7, _size / 3, _size / 2, _random.Next(5) > 0 ? 2 * _size : _hasGaps ? _size * Pick(1_439, 1_440, 1_441, 1_442, 2_000) : 5 * _size);
        switch (_random.Next(20))
        {
            case < 11:
                Message();
                break;
            case < 19:
                Acknowledgement();
                break;
            default:
                Oddity();
                break;
        }
    }

    private void Message()
    {
        bool isAgain = _sent.Count > 0 && _random.Next(3) == 0;
        (string id, long sentMs) = isAgain ? _sent[_random.Next(_sent.Count)] : (Id(), Near(_now));
        if (isAgain)
        {
            sentMs += Pick(0, 0, 1, -1, _size, -_size, _size / 2, 2 * _size);
        }
        else
        {
            _sent.Add((id, sentMs));
        }
        long latency = Pick(0, 1, _random.Next(50), _random.Next(5_000), _size, 2 * _size + 1, _random.Next(8) == 0 ? Pick(-1, -_size, 86_400_000, 86_400_001) : 7);
        List<string> members = [Text("msg_id", id), Pick($"\"send_ts\":{sentMs}", $"\"send_ts\" : {sentMs}")];
        switch (_random.Next(7))
        {
            case 0:
                break;
            case 1:
                members.Add($"\"recv_ts\":{sentMs + latency}");
                break;
            case 2:
                members.Add($"\"recv_ts\":{sentMs + latency + Pick(0, 1, -1, _size)}");
                members.Add($"\"latency\":{latency}");
                break;
            case 3:
                members.Add(string.Create(CultureInfo.InvariantCulture, $"\"latency\":{latency + Pick(0.5, 0.25, -0.5, 0.75)}"));
                break;
            default:
                members.Add($"\"latency\":{latency}");
                break;
        }
        User(members, "from");
        User(members, "to");
        Finish(RecordTopic.Latency, id, members, Math.Max(sentMs, sentMs + latency));
    }

    private void Acknowledgement()
    {
        (string id, long sentMs) = _sent.Count > 0 && _random.Next(6) > 0 ? _sent[_random.Next(_sent.Count)] : (Id(), Near(_now));
        long start = sentMs / _size * _size;
        long ackedMs = _isTimely && _random.Next(4) > 0 ? Near(_now) : Pick(
            sentMs, sentMs + 5, sentMs - 3, sentMs + _timeout, sentMs + _timeout + 1, sentMs + _timeout - 1, start - _size, start - _size - 1, start, start + _size,
            start + _timeout, start + _timeout + _size, start + _timeout + _size - 1, start + (_timeout / 2), start - (2 * _size));
        List<string> members = [Text("msg_id", id), $"\"ack_ts\":{ackedMs}"];
        User(members, "uid");
        members.Add(Pick("", "", "", "\"code\":0", "\"code\":\"ok\"", "\"code\":\"\"", "\"code\":\"E_OFFLINE\"", "\"code\":500", "\"code\":\"500\"", "\"code\":null"));
        Finish(RecordTopic.Ack, id, members, ackedMs);
    }

    private void Oddity()
    {
        bool isLatency = _random.Next(2) == 0;
        string time = isLatency ? "send_ts" : "ack_ts";
        string? value = Pick<string?>(
            null, "", "[]", "{", "{}", $$"""{"msg_id":"m1"}""", $$"""{"msg_id":"","{{time}}":{{_now}}}""", $$"""{"msg_id":1.5,"{{time}}":{{_now}}}""",
            $$"""{"msg_id":"m1","{{time}}":"{{_now}}"}""", $$"""{"msg_id":"m1","{{time}}":{{_now / 1000}}}""", $$"""{"msg_id":"m1","{{time}}":{{_now}},"x":"\ud800"}""",
            $$"""{"msg_id":"m1","{{time}}":{{_now}},"{{time}}":{{_now + 1}},"msg_id":1}""", $$"""{"msg_id":null,"{{time}}":{{_now}}}""", $$"""{"msg_id":"m1","{{time}}":{{_now}}} x""");
        Append(new(isLatency ? RecordTopic.Latency : RecordTopic.Ack, _random.Next(isLatency ? _latencyPartitions : _ackPartitions)), value, Timestamp(_now));
    }

    private void Finish(RecordTopic topic, string id, List<string> members, long latestMs)
    {
        members.Add(Pick("", "", "\"region\":\"cn\"", "\"region\":\"us\"", "\"region\":1", "\"region\":\"1\"", "\"region\":\"\"", "\"region\":null"));
        members.Add(Pick("", "\"platform\":true", "\"platform\":\"true\"", "\"platform\":\"ios\""));
        members.Add(_random.Next(12) == 0 ? Pick("\"x\":[{\"y\":[1,\"\\u0041\"]}]", "\"to\":null", "\"uid\":\"u1\"", "\"region\":1.5", "\"ms\\u0067_id\":\"m1\"") : "");
        members.RemoveAll(member => member.Length == 0);
        if (_random.Next(3) == 0)
        {
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members));
        }
        int partitions = topic == RecordTopic.Latency ? _latencyPartitions : _ackPartitions;
        // Keyed by id, as the contract has it; a record that overrides its id at its end may come from anywhere but there.
        bool isMoved = members.Exists(member => member.StartsWith("\"ms\\u0067", StringComparison.Ordinal));
        int key = isMoved ? 1 : id[1] - '0';
        if (isMoved)
        {
            members.RemoveAll(member => member.StartsWith("\"msg_id\"", StringComparison.Ordinal));
        }
        Append(new(topic, key % partitions), "{" + string.Join(',', members) + "}", Timestamp(latestMs));
    }

    private void Append(PartitionId partition, string? value, long timestampMs)
    {
        long offset = _next.GetValueOrDefault(partition) + Pick(0, 0, 0, 3);
        _next[partition] = offset + 1;
        _writtenAt.Add(_now);
        _records.Add(new(partition, offset, timestampMs, value is null ? null : Encoding.UTF8.GetBytes(value)));
    }

    private long Timestamp(long latestMs)
    {
        long skew = (long)Settings.MaxFutureSkew.TotalMilliseconds;
        return _random.Next(10) switch
        {
            < 5 => RecordBatch.NoTimestamp,
            < 8 => latestMs + 20,
            8 => latestMs - skew,
            _ => latestMs - skew - 1,
        };
    }

    private long Near(long time)
    {
        long start = time / _size * _size;
        return _isTimely
            ? time + Pick(0, 0, 1, -1)
            : Pick(time, time, start, start + _size, start - 1, start + _size - 1, time - _size, time + _size, time - (3 * _size), time - _timeout, time + _timeout);
    }

    private string Id() => $"m{_random.Next(_messages)}";

    private string Text(string name, string text) =>
        _random.Next(8) == 0 ? $"\"{name}\":\"\\u{(int)text[0]:x4}{text[1..]}\"" : $"\"{name}\":\"{text}\"";

    private void User(List<string> members, string name)
    {
        int user = _random.Next(4);
        members.Add(_random.Next(10) switch
        {
            0 => "",
            1 => $"\"{name}\":null",
            2 => $"\"{name}\":\"\"",
            3 => $"\"{name}\":{user}",
            4 => $"\"{name}\":\"{user}\"",
            _ => Text(name, $"u{user}"),
        });
    }

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];
}

using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>Writes records as producers do: compact JSON, members always in the same order, some 170 bytes.</summary>
// HOT: once per record, no string and no allocation. Everything but the numbers is put together beforehand.
internal sealed class TrafficRecordWriter
{
    /// <summary>The length of a <c>msg_id</c>: 16 hexadecimal digits.</summary>
    public const int IdLength = 16;

    private readonly byte[] _msgId;
    private readonly byte[] _from;
    private readonly byte[] _to;
    private readonly byte[] _sendTs;
    private readonly byte[] _recvTs;
    private readonly byte[] _latency;
    private readonly byte[] _uid;
    private readonly byte[] _ackTs;
    private readonly byte[][] _codes;
    private readonly byte[][] _dimensions;
    private readonly ulong _idKey;

    public TrafficRecordWriter(TrafficSettings settings)
    {
        FieldNames names = settings.Fields;
        _msgId = Bytes($"{{{Text(names.MsgId)}:\"");
        _from = Bytes($"\",{Text(names.From)}:\"u");
        _to = Bytes($"\",{Text(names.To)}:\"u");
        _sendTs = Bytes($"\",{Text(names.SendTs)}:");
        _recvTs = Bytes($",{Text(names.RecvTs)}:");
        _latency = Bytes($",{Text(names.Latency)}:");
        _uid = Bytes($"\",{Text(names.Uid)}:\"u");
        _ackTs = Bytes($"\",{Text(names.AckTs)}:");
        _codes = [Bytes($",{Text(names.Code)}:\"OK\""), .. settings.ErrorCodes.Select(code => Bytes($",{Text(names.Code)}:{Text(code.Key)}"))];
        _dimensions = [.. from node in Enumerable.Range(0, Population.Nodes)
                          from platform in Enumerable.Range(0, Population.Platforms)
                          select Bytes(Dimensions(settings, node, platform) + "}")];
        // ids of other seeds and other starts are other ids
        _idKey = TrafficRandom.Mix(settings.Seed ^ TrafficRandom.Mix((ulong)settings.StartMs));
    }

    /// <summary>The <c>msg_id</c> of a message: no two of a traffic are the same.</summary>
    public void WriteId(long message, Span<byte> id)
    {
        ulong bits = TrafficRandom.Mix(_idKey + (ulong)message);
        for (int i = IdLength - 1; i >= 0; i--, bits >>= 4)
        {
            id[i] = "0123456789abcdef"u8[(int)(bits & 15)];
        }
    }

    /// <summary>Writes an ordinary record; returns its length.</summary>
    public int Write(in PendingRecord record, ReadOnlySpan<byte> id, Span<byte> value)
    {
        int length = 0;
        Put(value, ref length, _msgId);
        Put(value, ref length, id);
        if (record.Kind == PendingKind.Acked)
        {
            Put(value, ref length, _uid);
            Put(value, ref length, record.To);
            Put(value, ref length, _ackTs);
            Put(value, ref length, record.Time);
            Put(value, ref length, _codes[record.Variant + 1]);
        }
        else
        {
            Put(value, ref length, _from);
            Put(value, ref length, record.From);
            Put(value, ref length, _to);
            Put(value, ref length, record.To);
            Put(value, ref length, _sendTs);
            Put(value, ref length, record.Time);
            if (record.Kind == PendingKind.Received)
            {
                Put(value, ref length, _recvTs);
                Put(value, ref length, record.ReceivedAt);
                Put(value, ref length, _latency);
                Put(value, ref length, record.LatencyMs);
            }
        }
        Put(value, ref length, _dimensions[record.Node * Population.Platforms + record.Platform]);
        return length;
    }

    private static string Dimensions(TrafficSettings settings, int node, int platform)
    {
        StringBuilder text = new();
        foreach (string dimension in settings.Dimensions)
        {
            string value = dimension switch
            {
                "region" => Population.RegionOf(node),
                "platform" => Population.PlatformName(platform),
                _ => Population.NodeName(node),
            };
            text.Append(',').Append(Text(settings.Fields.Dimensions.GetValueOrDefault(dimension, dimension))).Append(':').Append(Text(value));
        }
        return text.ToString();
    }

    private static void Put(Span<byte> value, ref int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(value[length..]);
        length += bytes.Length;
    }

    private static void Put(Span<byte> value, ref int length, long number)
    {
        Utf8Formatter.TryFormat(number, value[length..], out int written);
        length += written;
    }

    private static string Text(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

using System.Text;

namespace Aggregator.Core.Records;

/// <summary>The fields to look for in the records of one topic, under the names that the producers give them.</summary>
public sealed class RecordSchema
{
    // Slots of the fields in both topics; dimensions follow from FirstDimension on.
    internal const int MsgId = 0;
    internal const int Time = 1;        // send_ts | ack_ts
    internal const int Recipient = 2;   // to | uid
    internal const int Sender = 3;      // from | -
    internal const int RecvTs = 4;      // recv_ts | -
    internal const int Latency = 5;     // latency | -
    internal const int Code = 6;        // - | code
    internal const int FirstDimension = 7;

    private readonly byte[][] _names;
    private readonly int[] _slots;

    private RecordSchema(RecordTopic topic, List<(string Name, int Slot)> fields, int dimensions)
    {
        Topic = topic;
        Dimensions = dimensions;
        _names = [.. fields.Select(field => Encoding.UTF8.GetBytes(field.Name))];
        _slots = [.. fields.Select(field => field.Slot)];
    }

    public RecordTopic Topic { get; }

    /// <summary>How many dimensions there are.</summary>
    public int Dimensions { get; }

    internal int SlotCount => FirstDimension + Dimensions;

    internal ReadOnlySpan<byte[]> Names => _names;

    /// <param name="topic">The topic whose records it describes.</param>
    /// <param name="names">The JSON names of the fields.</param>
    /// <param name="dimensions">The dimensions, each once.</param>
    public static RecordSchema For(RecordTopic topic, FieldNames names, IReadOnlyList<string> dimensions)
    {
        List<(string, int)> fields = topic == RecordTopic.Latency
            ?
            [
                (names.MsgId, MsgId), (names.SendTs, Time), (names.To, Recipient), (names.From, Sender), (names.RecvTs, RecvTs),
                (names.Latency, Latency),
            ]
            : [(names.MsgId, MsgId), (names.AckTs, Time), (names.Uid, Recipient), (names.Code, Code)];
        for (int i = 0; i < dimensions.Count; i++)
        {
            fields.Add((names.Dimensions.GetValueOrDefault(dimensions[i], dimensions[i]), FirstDimension + i));
        }
        return new(topic, fields, dimensions.Count);
    }

    /// <summary>The slot of the field of that (unescaped) name; -1 for an unknown field.</summary>
    internal int SlotOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                return _slots[i];
            }
        }
        return -1;
    }
}

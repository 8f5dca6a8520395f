using System.Text;
using Aggregator.Core.Records;

namespace Aggregator.Tests.Records;

/// <summary>A decoder with one record, for tests that look at single values.</summary>
internal sealed class Decoding
{
    private readonly RecordDecoder _decoder;
    private byte[] _value = [];

    public Decoding(FieldNames? names = null, params string[] dimensions)
    {
        _decoder = new(names ?? new(), dimensions, TimeSpan.FromMinutes(5));
        Record = new(dimensions.Length);
    }

    public DecodedRecord Record { get; }

    public string ErrorCode => _decoder.ErrorCodeText(_value, Record);

    public RejectReason Latency(string json, long timestampMs = RecordBatch.NoTimestamp) => Decode(RecordTopic.Latency, Encoding.UTF8.GetBytes(json), timestampMs);

    public RejectReason Ack(string json, long timestampMs = RecordBatch.NoTimestamp) => Decode(RecordTopic.Ack, Encoding.UTF8.GetBytes(json), timestampMs);

    public RejectReason Decode(RecordTopic topic, byte[] value, long timestampMs = RecordBatch.NoTimestamp)
    {
        _value = value;
        return _decoder.Decode(topic, value, timestampMs, Record);
    }

    public string Dimension(int index) => _decoder.DimensionText(_value, Record, index);

    /// <summary>What the decoder makes of a text in a field that must be one: its hash.</summary>
    public ulong IdOf(string json)
    {
        RejectReason reason = Latency($$"""{"msg_id":{{json}},"send_ts":1767225600000}""");
        return reason == RejectReason.None ? Record.MessageId : throw new ArgumentException($"{json}: {reason}", nameof(json));
    }
}

using System.Text;
using Aggregator.Core.Records;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Windows;

/// <summary>Records for tests, each the next of its partition.</summary>
internal sealed class Records
{
    /// <summary>2026-01-01T00:00:00Z: a window of any size starts there.</summary>
    public const long T0 = 1_767_225_600_000;

    private readonly List<EnvelopeRecord> _records = [];
    private readonly Dictionary<PartitionId, long> _next = [];

    public IReadOnlyList<EnvelopeRecord> All => _records;

    /// <summary>A message that was sent, in ms after <see cref="T0"/>, and received where there is a latency.</summary>
    public Records Message(string id, long sentMs, long? latencyMs = null, string? from = null, string? to = null, string more = "", int partition = 0) =>
        Add(RecordTopic.Latency, partition, $$"""{"msg_id":"{{id}}","send_ts":{{T0 + sentMs}}{{Member("latency", latencyMs)}}{{Member("from", from)}}{{Member("to", to)}}{{more}}}""");

    /// <summary>An acknowledgement, in ms after <see cref="T0"/>.</summary>
    public Records Ack(string id, long ackedMs, string? uid = null, string? code = null, string more = "", int partition = 0) =>
        Add(RecordTopic.Ack, partition, $$"""{"msg_id":"{{id}}","ack_ts":{{T0 + ackedMs}}{{Member("uid", uid)}}{{Member("code", code)}}{{more}}}""");

    public Records Add(RecordTopic topic, int partition, string? value, long timestampMs = RecordBatch.NoTimestamp)
    {
        PartitionId id = new(topic, partition);
        long offset = _next.GetValueOrDefault(id);
        _next[id] = offset + 1;
        _records.Add(new(id, offset, timestampMs, value is null ? null : Encoding.UTF8.GetBytes(value)));
        return this;
    }

    private static string Member(string name, object? value) => value switch
    {
        null => "",
        string text => $",\"{name}\":\"{text}\"",
        _ => $",\"{name}\":{value}",
    };
}

using System.Text;
using System.Text.Json;
using Aggregator.Core.Records;

namespace Aggregator.Tests.Support;

/// <summary>A record of a file in the JSON envelope of <c>kcat -C -J</c> (SPEC section 7), read plainly.</summary>
public sealed record EnvelopeRecord(PartitionId Partition, long Offset, long TimestampMs, byte[]? Value)
{
    public static EnvelopeRecord Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement envelope = document.RootElement;
        RecordTopic topic = envelope.GetProperty("topic").GetString() switch
        {
            "im-latency" => RecordTopic.Latency,
            "ack" => RecordTopic.Ack,
            string other => throw new FormatException($"unknown topic {other}"),
            null => throw new FormatException("no topic"),
        };
        return new(
            new(topic, envelope.GetProperty("partition").GetInt32()),
            envelope.GetProperty("offset").GetInt64(),
            envelope.TryGetProperty("ts", out JsonElement ts) ? ts.GetInt64() : RecordBatch.NoTimestamp,
            ValueOf(envelope));
    }

    private static byte[]? ValueOf(JsonElement envelope)
    {
        if (envelope.TryGetProperty("payload_base64", out JsonElement base64))
        {
            return base64.GetBytesFromBase64();
        }
        string? payload = envelope.TryGetProperty("payload", out JsonElement text) ? text.GetString() : null;
        return payload is null ? null : Encoding.UTF8.GetBytes(payload);
    }
}

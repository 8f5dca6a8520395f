using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Aggregator.Core.Generation;

/// <summary>Writes records in the JSON envelope of <c>kcat -C -J</c>, one a line (SPEC section 7); a value that is no text as <c>payload_base64</c>.</summary>
public sealed class EnvelopeWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new(4_096);
    private readonly Utf8JsonWriter _json;
    private readonly JsonEncodedText _latencyTopic;
    private readonly JsonEncodedText _ackTopic;

    /// <param name="latencyTopic">The name of the latency topic.</param>
    /// <param name="ackTopic">The name of the ack topic.</param>
    public EnvelopeWriter(string latencyTopic, string ackTopic)
    {
        // The lines are not for HTML: quotes as \" and text as it is, as kcat writes them.
        JavaScriptEncoder encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        _json = new(_line, new JsonWriterOptions { Encoder = encoder, SkipValidation = true });
        _latencyTopic = JsonEncodedText.Encode(latencyTopic, encoder);
        _ackTopic = JsonEncodedText.Encode(ackTopic, encoder);
    }

    /// <summary>The line of a record, its end of line included; holds until the next call.</summary>
    public ReadOnlySpan<byte> Line(in GeneratedRecord record)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("topic"u8, record.Partition.Topic == Records.RecordTopic.Latency ? _latencyTopic : _ackTopic);
        _json.WriteNumber("partition"u8, record.Partition.Partition);
        _json.WriteNumber("offset"u8, record.Offset);
        _json.WriteNumber("ts"u8, record.TimestampMs);
        _json.WriteString("key"u8, record.Key);
        if (!record.HasValue)
        {
            _json.WriteNull("payload"u8);
        }
        else if (Utf8.IsValid(record.Value))
        {
            _json.WriteString("payload"u8, record.Value);
        }
        else
        {
            _json.WriteBase64String("payload_base64"u8, record.Value);
        }
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        return _line.WrittenSpan;
    }

    public void Dispose() => _json.Dispose();
}

using System.Globalization;
using System.Text.Json;
using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>SPEC section 1, word for word: a record, or the first reason to reject it.</summary>
internal sealed class ReferenceRecordReader(FieldNames names, IReadOnlyList<string> dimensions, long maxFutureSkewMs)
{
    private const int LargestValue = 65_536;
    private const long FirstTime = 946_684_800_000;
    private const long LastTime = 4_102_444_799_999;

    public RejectReason Read(RecordTopic topic, long timestampMs, byte[]? value, out ReferenceRecord? record)
    {
        record = null;
        if (value is null || value.Length == 0)
        {
            return RejectReason.Empty;
        }
        if (value.Length > LargestValue)
        {
            return RejectReason.TooLarge;
        }
        Dictionary<string, JsonElement>? members = StrictJson.ReadObject(value);
        if (members is null)
        {
            return RejectReason.Malformed;
        }
        RejectReason reason = topic == RecordTopic.Latency ? ReadLatency(members, out record) : ReadAck(members, out record);
        if (reason == RejectReason.None && timestampMs != RecordBatch.NoTimestamp
            && (record!.Time > timestampMs + maxFutureSkewMs || record.ReportTime > timestampMs + maxFutureSkewMs))
        {
            reason = RejectReason.Future;
        }
        if (reason != RejectReason.None)
        {
            record = null;
        }
        return reason;
    }

    private RejectReason ReadLatency(Dictionary<string, JsonElement> members, out ReferenceRecord? record)
    {
        record = null;
        if (!members.ContainsKey(names.MsgId) || !members.TryGetValue(names.SendTs, out JsonElement sent))
        {
            return RejectReason.MissingField;
        }
        bool fits = TryText(members, names.MsgId, out string? messageId) & TryText(members, names.From, out string? sender)
            & TryText(members, names.To, out string? recipient) & TryDimensions(members, out Dictionary<string, string> values);
        bool hasLatency = members.TryGetValue(names.Latency, out JsonElement latency);
        if (!fits || messageId is null || (hasLatency && latency.ValueKind != JsonValueKind.Number))
        {
            return RejectReason.BadField;
        }
        if (!TryTime(sent, out long sentAt))
        {
            return RejectReason.BadTimestamp;
        }
        // double.Parse gives the nearest double, infinity beyond the largest
        double? sample = hasLatency ? Math.Floor(double.Parse(latency.GetRawText(), CultureInfo.InvariantCulture) + 0.5) : null;
        long? receivedAt = null;
        if (members.TryGetValue(names.RecvTs, out JsonElement received))
        {
            if (!TryTime(received, out long time))
            {
                return RejectReason.BadTimestamp;
            }
            receivedAt = time;
            sample ??= time - sentAt;
        }
        else if (sample is not null)
        {
            double time = sentAt + sample.Value;
            if (time is < FirstTime or > LastTime)
            {
                return RejectReason.BadTimestamp;
            }
            receivedAt = (long)time;
        }
        record = new(RecordTopic.Latency, messageId, sentAt, sender, recipient, receivedAt, sample, null, values);
        return RejectReason.None;
    }

    private RejectReason ReadAck(Dictionary<string, JsonElement> members, out ReferenceRecord? record)
    {
        record = null;
        if (!members.ContainsKey(names.MsgId) || !members.TryGetValue(names.AckTs, out JsonElement acked))
        {
            return RejectReason.MissingField;
        }
        bool fits = TryText(members, names.MsgId, out string? messageId) & TryText(members, names.Uid, out string? user)
            & TryText(members, names.Code, out string? code) & TryDimensions(members, out Dictionary<string, string> values);
        if (!fits || messageId is null)
        {
            return RejectReason.BadField;
        }
        if (!TryTime(acked, out long ackedAt))
        {
            return RejectReason.BadTimestamp;
        }
        record = new(RecordTopic.Ack, messageId, ackedAt, null, user, null, null, IsSuccess(code) ? null : code, values);
        return RejectReason.None;
    }

    // OrdinalIgnoreCase folds more than ASCII letters (the Kelvin sign to k, for one), so it is spelled out.
    private static bool IsSuccess(string? code) => code is null or "0" or "OK" or "Ok" or "oK" or "ok";

    private bool TryDimensions(Dictionary<string, JsonElement> members, out Dictionary<string, string> values)
    {
        values = [];
        foreach (string dimension in dimensions)
        {
            string value = "";
            if (members.TryGetValue(names.Dimensions.GetValueOrDefault(dimension, dimension), out JsonElement element))
            {
                switch (element.ValueKind)
                {
                    case JsonValueKind.String:
                        value = element.GetString()!;
                        break;
                    case JsonValueKind.True or JsonValueKind.False:
                        value = element.GetRawText();
                        break;
                    case JsonValueKind.Number when IsInteger(element):
                        value = element.GetRawText();
                        break;
                    default:
                        return false;
                }
            }
            values[dimension] = value;
        }
        return true;
    }

    // A string or an integer; null where it is absent or empty.
    private static bool TryText(Dictionary<string, JsonElement> members, string name, out string? text)
    {
        text = null;
        if (!members.TryGetValue(name, out JsonElement element))
        {
            return true;
        }
        if (element.ValueKind == JsonValueKind.String)
        {
            text = element.GetString();
            text = text!.Length == 0 ? null : text;
            return true;
        }
        if (element.ValueKind == JsonValueKind.Number && IsInteger(element))
        {
            text = element.GetRawText();
            return true;
        }
        return false;
    }

    private static bool TryTime(JsonElement element, out long time)
    {
        time = 0;
        return element.ValueKind == JsonValueKind.Number
            && IsInteger(element)
            && long.TryParse(element.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out time)
            && time is >= FirstTime and <= LastTime;
    }

    private static bool IsInteger(JsonElement number) => number.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0;
}

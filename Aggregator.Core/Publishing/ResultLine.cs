using System.Text.Encodings.Web;
using System.Text.Json;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>Writes a result as the JSON line of SPEC section 7.</summary>
public static class ResultLine
{
    // The lines go to files and terminals, not into HTML: text stays readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes one line, the line feed included.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="window">The window of the result.</param>
    /// <param name="result">The result of one group.</param>
    /// <param name="groups">The dimension sets of the settings: the names of the group's values.</param>
    public static void Write(Stream output, WindowSpan window, GroupResult result, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        using Utf8JsonWriter json = new(output, Options);
        json.WriteStartObject();
        json.WriteNumber("window_start", window.StartMs);
        json.WriteNumber("window_ms", window.SizeMs);
        WriteGroup(json, result.Group, groups);
        WriteActivity(json, result.Activity);
        json.WriteNumber("sent", result.Delivery.Sent);
        json.WriteNumber("delivered", result.Delivery.Delivered);
        if (result.Delivery.Ratio is { } ratio)
        {
            json.WriteNumber("delivery_ratio", ratio);
        }
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void WriteGroup(Utf8JsonWriter json, GroupKey group, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        json.WriteStartObject("group");
        for (int i = 0; i < group.Values.Count; i++)
        {
            json.WriteString(groups[group.Set][i], group.Values[i]);
        }
        json.WriteEndObject();
    }

    private static void WriteActivity(Utf8JsonWriter json, GroupActivity activity)
    {
        json.WriteNumber("online_users", activity.OnlineUsers);
        json.WriteNumber("received", activity.Received);
        if (activity.Latency is { } latency)
        {
            json.WriteStartObject("latency_ms");
            json.WriteNumber("p50", latency.P50);
            json.WriteNumber("p95", latency.P95);
            json.WriteNumber("p99", latency.P99);
            json.WriteNumber("mean", latency.Mean);
            json.WriteNumber("max", latency.Max);
            json.WriteEndObject();
        }
        json.WriteNumber("acks", activity.Acks);
        json.WriteStartObject("ack_errors");
        foreach ((string code, long count) in activity.AckErrors)
        {
            json.WriteNumber(code, count);
        }
        json.WriteEndObject();
    }
}

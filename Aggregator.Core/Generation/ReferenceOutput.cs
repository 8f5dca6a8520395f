using System.Text;
using System.Text.Json;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Generation;

/// <summary>Result lines and summary as SPEC section 7 writes them.</summary>
internal static class ReferenceOutput
{
    public static string Line(long start, long sizeMs, GroupKey key, ReferenceGroup group, AggregationSettings settings) => Json(json =>
    {
        json.WriteNumber("window_start", start);
        json.WriteNumber("window_ms", sizeMs);
        json.WriteStartObject("group");
        for (int i = 0; i < key.Values.Count; i++)
        {
            json.WriteString(settings.Groups[key.Set][i], key.Values[i]);
        }
        json.WriteEndObject();
        json.WriteNumber("online_users", group.OnlineUsers.Count);
        json.WriteNumber("received", group.Received);
        if (group.Samples.Count > 0)
        {
            Latency(json, [.. group.Samples.Order()]);
        }
        json.WriteNumber("acks", group.Acks);
        Counts(json, "ack_errors", group.AckErrors);
        json.WriteNumber("sent", group.Sent);
        json.WriteNumber("delivered", group.Delivered);
        if (group.Sent > 0)
        {
            json.WriteNumber("delivery_ratio", (double)group.Delivered / group.Sent);
        }
    });

    public static string Summary(ReferenceCounts counts, long windows) => Json(json =>
    {
        Counts(json, "records", counts.Records);
        Counts(json, "rejected", counts.Rejected);
        Counts(json, "late", counts.Late);
        Counts(json, "duplicates", counts.Duplicates);
        Counts(json, "samples_left_out", counts.SamplesLeftOut);
        json.WriteNumber("windows", windows);
    });

    private static void Latency(Utf8JsonWriter json, long[] sorted)
    {
        json.WriteStartObject("latency_ms");
        json.WriteNumber("p50", Percentile(sorted, 50));
        json.WriteNumber("p95", Percentile(sorted, 95));
        json.WriteNumber("p99", Percentile(sorted, 99));
        json.WriteNumber("mean", (double)sorted.Sum() / sorted.Length);
        json.WriteNumber("max", sorted[^1]);
        json.WriteEndObject();
    }

    // The smallest sample with at least ⌈q·n⌉ samples ≤ it is the ⌈q·n⌉-th of the sorted ones; in integers, where 0.95 × 20 is 19 and no more.
    private static long Percentile(long[] sorted, long percent) => sorted[(percent * sorted.Length + 99) / 100 - 1];

    private static void Counts(Utf8JsonWriter json, string name, SortedDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach ((string key, long count) in counts)
        {
            json.WriteNumber(key, count);
        }
        json.WriteEndObject();
    }

    private static string Json(Action<Utf8JsonWriter> members)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }
}

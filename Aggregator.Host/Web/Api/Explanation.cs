using System.ComponentModel;
using System.Globalization;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Web.Api;

/// <summary>Why there is nothing to see, or nothing new, in words for an operator. Pure: of one state there is one explanation.</summary>
internal sealed record Explanation(
    [property: Description("'not_ready', 'no_records', 'all_rejected', 'waiting' or 'stale', for programs.")] string Code,
    [property: Description("The sentence.")] string Text,
    [property: Description("The names and numbers of the sentence.")] IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Null when windows are there and the latest one is as fresh as it can be.</summary>
    public static Explanation? Of(ServiceView view)
    {
        ServiceStatus status = view.Status;
        HistoryWindow? last = view.History.Last(isFinal: false);
        if (status.NotReadyReason is { } reason)
        {
            return new("not_ready", reason, new Dictionary<string, string> { ["reason"] = reason });
        }
        if (last is null)
        {
            return WhyNothing(view);
        }
        return IsStale(view, last.Window.EndMs) ? Stale(view, last.Window.EndMs) : null;
    }

    private static Explanation WhyNothing(ServiceView view)
    {
        FoldCounters counters = view.Counters;
        long records = counters.Records(RecordTopic.Latency) + counters.Records(RecordTopic.Ack);
        IReadOnlyDictionary<string, long> rejects = StatusAnswer.Rejects(counters);
        if (records == 0)
        {
            return new("no_records", $"No record has come since the start: {view.Settings.Kafka.LatencyTopic} and {view.Settings.Kafka.AckTopic} are read to their ends.",
                new Dictionary<string, string> { ["latency_topic"] = view.Settings.Kafka.LatencyTopic, ["ack_topic"] = view.Settings.Kafka.AckTopic });
        }
        if (rejects.Values.Sum() >= records)
        {
            string most = rejects.MaxBy(pair => pair.Value).Key;
            return new("all_rejected", $"All of {Number(records)} records were rejected, most of them as {most}.",
                new Dictionary<string, string> { ["records"] = Number(records), ["reason"] = most });
        }
        return Waiting(view, records);
    }

    private static Explanation Waiting(ServiceView view, long records)
    {
        OpenWindowLine? first = OpenWindowsAnswer.Of(view).Windows is [var earliest, ..] ? earliest : null;
        string window = first is null ? "" : Time(first.WindowStart);
        string needed = first is null ? "" : Time(first.NeededWatermarkMs);
        string holder = first is { HeldBy: [var behind, ..] } ? behind.ToString() : "";
        string text = first is null
            ? $"{Number(records)} records were read; no window is over yet."
            : $"{Number(records)} records were read; the window that began at {window} is final when every partition has passed {needed}"
                + (holder.Length == 0 ? "." : $"; {holder} is furthest behind.");
        return new("waiting", text, new Dictionary<string, string>
        {
            ["records"] = Number(records),
            ["window_start_ms"] = first is null ? "" : Plain(first.WindowStart),
            ["needed_watermark_ms"] = first is null ? "" : Plain(first.NeededWatermarkMs),
            ["partition"] = holder,
        });
    }

    /// <summary>Three windows late is more than the slowest healthy service is: lateness, idle time-out and a look at the brokers come on top of one.</summary>
    private static bool IsStale(ServiceView view, long lastEndMs)
    {
        AggregationSettings settings = view.Settings.Aggregation;
        TimeSpan usual = (3 * settings.Window) + settings.Lateness + settings.IdleTimeout;
        return view.Time.GetUtcNow().ToUnixTimeMilliseconds() - lastEndMs > usual.TotalMilliseconds;
    }

    private static Explanation Stale(ServiceView view, long lastEndMs)
    {
        OpenWindowLine? first = OpenWindowsAnswer.Of(view).Windows.FirstOrDefault(window => window.WaitsFor == "activity");
        string holder = first is { HeldBy: [var behind, ..] } ? behind.ToString() : "";
        string text = holder.Length == 0
            ? $"Nothing new since {Time(lastEndMs)}: no records of later windows have come."
            : $"Nothing new since {Time(lastEndMs)}: {holder} holds the next window open.";
        return new("stale", text, new Dictionary<string, string> { ["since_ms"] = Plain(lastEndMs), ["partition"] = holder });
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Plain(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

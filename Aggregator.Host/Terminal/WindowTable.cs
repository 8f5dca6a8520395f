using System.Globalization;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Terminal;

/// <summary>The last windows, the newest last, as rows of text. Not safe for several threads.</summary>
public sealed class WindowTable(int capacity)
{
    private readonly SortedDictionary<long, WindowTableRow> _rows = [];

    public static IReadOnlyList<string> Header { get; } =
        ["window (UTC)", "online users", "sent", "delivered", "ratio", "p50 ms", "p95 ms", "p99 ms", "max ms", "errors"];

    public IReadOnlyCollection<WindowTableRow> Rows => _rows.Values;

    /// <summary>Takes results in.</summary>
    /// <returns>The windows that are complete now and were not before, in order.</returns>
    public IReadOnlyList<WindowTableRow> Add(FinalResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        List<WindowTableRow> completed = [];
        foreach (ActivityResult activity in results.Activities)
        {
            // after a restart the same results may come again
            _rows.TryAdd(activity.Window.StartMs, new(activity.Window, activity.Groups[0], null));
        }
        foreach (WindowResult window in results.Windows)
        {
            GroupResult total = window.Groups[0];
            bool isNews = !_rows.TryGetValue(window.Window.StartMs, out WindowTableRow? known) || !known.IsComplete;
            if (isNews)
            {
                _rows[window.Window.StartMs] = new(window.Window, total.Activity, total.Delivery);
                completed.Add(_rows[window.Window.StartMs]);
            }
        }
        while (_rows.Count > capacity)
        {
            _rows.Remove(_rows.Keys.First());
        }
        return completed;
    }

    /// <summary>The texts of a row, by column of <see cref="Header"/>; "…" for what is not final yet, "-" for what does not exist.</summary>
    public static IReadOnlyList<string> Cells(WindowTableRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        LatencyStatistics? latency = row.Activity.Latency;
        return
        [
            DateTimeOffset.FromUnixTimeMilliseconds(row.Window.StartMs).ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            Number(row.Activity.OnlineUsers),
            row.Delivery is null ? "…" : Number(row.Delivery.Sent),
            row.Delivery is null ? "…" : Number(row.Delivery.Delivered),
            row.Delivery is null ? "…" : row.Delivery.Ratio is { } ratio ? Percent(ratio) : "-",
            Milliseconds(latency?.P50),
            Milliseconds(latency?.P95),
            Milliseconds(latency?.P99),
            Milliseconds(latency?.Max),
            Number(row.Activity.AckErrors.Sum(code => code.Value)),
        ];
    }

    private static string Milliseconds(long? value) => value is { } ms ? Number(ms) : "-";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    // cut, not rounded: 100.00 % is said only when everything was delivered
    private static string Percent(double ratio) => (Math.Floor(ratio * 10_000) / 100).ToString("0.00", CultureInfo.InvariantCulture) + "%";
}

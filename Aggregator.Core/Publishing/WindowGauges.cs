using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// The gauges about windows (DESIGN.md section 6): their names, labels and values, defined once for the page, for remote write and for backfill files.
/// A window's activity and its delivery give different families, so each can be read as soon as it is final.
/// </summary>
public sealed class WindowGauges
{
    private static readonly Measure<GroupActivity>[] ActivityMeasures =
    [
        new("im_online_users", "Distinct users that sent, received or acknowledged a message in the latest final window", a => a.OnlineUsers),
        new("im_window_received_messages", "Messages received in the latest final window", a => a.Received),
        new("im_latency_p50_seconds", "Median of the latency of messages received in the latest final window", a => Seconds(a.Latency?.P50)),
        new("im_latency_p95_seconds", "95th percentile of the latency of messages received in the latest final window", a => Seconds(a.Latency?.P95)),
        new("im_latency_p99_seconds", "99th percentile of the latency of messages received in the latest final window", a => Seconds(a.Latency?.P99)),
        // Of sum and count, not of the mean in ms: one rounding instead of two, so that 61.2 ms read 0.0612.
        new("im_latency_mean_seconds", "Mean latency of messages received in the latest final window",
            a => a.Latency is { } latency ? latency.Samples.Sum / (latency.Samples.Count * 1000.0) : null),
        new("im_latency_max_seconds", "Largest latency of messages received in the latest final window", a => Seconds(a.Latency?.Max)),
        new("im_window_acks", "Successful acknowledgements in the latest final window", a => a.Acks),
    ];

    private static readonly Measure<GroupDelivery>[] DeliveryMeasures =
    [
        new("im_window_sent_messages", "Messages sent in the latest window whose delivery is final", d => d.Sent),
        new("im_window_delivered_messages", "Messages sent in the latest window whose delivery is final and acknowledged in time", d => d.Delivered),
        new("im_delivery_ratio", "Share of the messages sent in the latest window whose delivery is final that were acknowledged in time, 0 to 1", d => d.Ratio),
        new("im_delivery_ratio_lower", "Lower bound of the 95 % Jeffreys interval of im_delivery_ratio", d => Bound(d.RatioLower)),
        new("im_delivery_ratio_upper", "Upper bound of the 95 % Jeffreys interval of im_delivery_ratio", d => Bound(d.RatioUpper)),
    ];

    private readonly IReadOnlyList<IReadOnlyList<string>> _dimensionSets;
    private readonly GaugeFamily _windowEnd;
    private readonly GaugeFamily[][] _activity;
    private readonly GaugeFamily[] _errors;
    private readonly GaugeFamily[][] _delivery;

    /// <param name="dimensionSets">The dimension sets of the settings, each of which has families of its own.</param>
    public WindowGauges(IReadOnlyList<IReadOnlyList<string>> dimensionSets)
    {
        _dimensionSets = dimensionSets;
        _windowEnd = new("im_window_end_timestamp_seconds",
            "End of the latest final window, which the window gauges are about: of its activity, and of the older one whose delivery is final", ["result"]);
        _activity = [.. ActivityMeasures.Select(measure => OfEachSet(measure.Name, measure.Help))];
        _errors = OfEachSet("im_window_ack_errors", "Failed acknowledgements in the latest final window by error code", "code");
        _delivery = [.. DeliveryMeasures.Select(measure => OfEachSet(measure.Name, measure.Help))];
        Families = [_windowEnd, .. _activity.SelectMany(families => families), .. _errors, .. _delivery.SelectMany(families => families)];
    }

    /// <summary>All families, in the order of the page.</summary>
    public IReadOnlyList<GaugeFamily> Families { get; }

    /// <summary>Whether a family is about the delivery of a window, and not about its activity.</summary>
    public static bool IsDelivery(GaugeFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        return Array.Exists(DeliveryMeasures, measure => family.Name.StartsWith(measure.Name, StringComparison.Ordinal)
            && (family.Name.Length == measure.Name.Length || family.Name.AsSpan(measure.Name.Length).StartsWith("_by_")));
    }

    /// <summary>What a window says as soon as its activity is final; the samples of a family in the order of the groups.</summary>
    public IEnumerable<GaugeSample> Of(ActivityResult activity)
    {
        yield return new(_windowEnd, ["activity"], activity.Window.EndMs / 1000.0);
        foreach (GroupActivity group in activity.Groups)
        {
            string[] labels = [.. group.Group.Values];
            foreach (GaugeSample sample in Samples(ActivityMeasures, _activity, group.Group, labels, group))
            {
                yield return sample;
            }
            foreach ((string code, long count) in group.AckErrors)
            {
                yield return new(_errors[group.Group.Set + 1], [.. labels, code], count);
            }
        }
    }

    /// <summary>What a window says once its delivery is final as well, besides what its activity says.</summary>
    public IEnumerable<GaugeSample> Of(WindowResult window)
    {
        yield return new(_windowEnd, ["delivery"], window.Window.EndMs / 1000.0);
        foreach (GroupResult group in window.Groups)
        {
            foreach (GaugeSample sample in Samples(DeliveryMeasures, _delivery, group.Group, [.. group.Group.Values], group.Delivery))
            {
                yield return sample;
            }
        }
    }

    private static IEnumerable<GaugeSample> Samples<T>(Measure<T>[] measures, GaugeFamily[][] families, GroupKey group, string[] labels, T values)
    {
        for (int i = 0; i < measures.Length; i++)
        {
            if (measures[i].Value(values) is { } value)
            {
                yield return new(families[i][group.Set + 1], labels, value);
            }
        }
    }

    private static double? Seconds(long? ms) => ms / 1000.0;

    // Nobody needs more digits, and a page with 1,000 groups is shorter by 16 kB.
    private static double? Bound(double? share) => share is { } value ? Math.Round(value, 9) : null;

    // The first is the total's, of set -1.
    private GaugeFamily[] OfEachSet(string name, string help, params string[] ownLabels) =>
        [new(name, help, ownLabels), .. _dimensionSets.Select(set => OfSet(set, name, help, ownLabels))];

    private static GaugeFamily OfSet(IReadOnlyList<string> set, string name, string help, string[] ownLabels)
    {
        string[] labels = [.. set.Select(MetricNames.Label)];
        return new(name + MetricNames.Suffix(set), $"{help}, by {string.Join(" and ", labels)}", [.. labels, .. ownLabels]);
    }

    private sealed record Measure<T>(string Name, string Help, Func<T, double?> Value);
}

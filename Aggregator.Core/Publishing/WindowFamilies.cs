using System.Globalization;
using Aggregator.Core.Windows;
using Prometheus;

namespace Aggregator.Core.Publishing;

/// <summary>Builds the registry of one set of windows: the families of DESIGN.md section 6 that begin with <c>im_</c>, filled once and never changed.</summary>
internal sealed class WindowFamilies
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

    private readonly MetricFactory _factory;
    private readonly IReadOnlyList<IReadOnlyList<string>> _dimensionSets;

    private WindowFamilies(CollectorRegistry registry, IReadOnlyList<IReadOnlyList<string>> dimensionSets)
    {
        _factory = Metrics.WithCustomRegistry(registry);
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        _dimensionSets = dimensionSets;
    }

    public static CollectorRegistry Build(
        IReadOnlyList<IReadOnlyList<string>> dimensionSets, ActivityResult? activity, WindowResult? delivery, WindowTotals totals)
    {
        CollectorRegistry registry = Metrics.NewCustomRegistry();
        WindowFamilies families = new(registry, dimensionSets);
        Row<GroupActivity>[] activities = [.. (activity?.Groups ?? []).Select(group => new Row<GroupActivity>(group.Group, group))];
        Row<GroupDelivery>[] deliveries = [.. (delivery?.Groups ?? []).Select(group => new Row<GroupDelivery>(group.Group, group.Delivery))];
        families.AddWindowEnds(activity?.Window, delivery?.Window);
        families.AddGauges(ActivityMeasures, activities);
        families.AddErrorGauges(activities);
        families.AddGauges(DeliveryMeasures, deliveries);
        families.AddTotals(totals);
        return registry;
    }

    private static double? Seconds(long? ms) => ms / 1000.0;

    // Nobody needs more digits, and a page with 1,000 groups is shorter by 16 kB.
    private static double? Bound(double? share) => share is { } value ? Math.Round(value, 9) : null;

    private void AddWindowEnds(WindowSpan? activity, WindowSpan? delivery)
    {
        Gauge gauge = Gauge("im_window_end_timestamp_seconds",
            "End of the latest final window, which the window gauges are about: of its activity, and of the older one whose delivery is final", ["result"]);
        if (activity is { } activityWindow)
        {
            gauge.WithLabels("activity").Set(activityWindow.EndMs / 1000.0);
        }
        if (delivery is { } deliveryWindow)
        {
            gauge.WithLabels("delivery").Set(deliveryWindow.EndMs / 1000.0);
        }
    }

    private void AddGauges<T>(Measure<T>[] measures, Row<T>[] rows)
    {
        foreach (Measure<T> measure in measures)
        {
            for (int set = GroupKey.TotalSet; set < _dimensionSets.Count; set++)
            {
                Gauge gauge = GaugeOf(set, measure.Name, measure.Help);
                foreach (Row<T> row in rows)
                {
                    if (row.Set == set && measure.Value(row.Values) is { } value)
                    {
                        gauge.WithLabels(row.Labels).Set(value);
                    }
                }
            }
        }
    }

    private void AddErrorGauges(Row<GroupActivity>[] rows)
    {
        for (int set = GroupKey.TotalSet; set < _dimensionSets.Count; set++)
        {
            Gauge gauge = GaugeOf(set, "im_window_ack_errors", "Failed acknowledgements in the latest final window by error code", "code");
            foreach (Row<GroupActivity> row in rows)
            {
                if (row.Set == set)
                {
                    foreach ((string code, long count) in row.Values.AckErrors)
                    {
                        gauge.WithLabels([.. row.Labels, code]).Set(count);
                    }
                }
            }
        }
    }

    private void AddTotals(WindowTotals totals)
    {
        const string Since = " in windows that became final since the start";
        Counter("im_sent_messages_total", "Messages sent" + Since).IncTo(totals.Sent);
        Counter("im_delivered_messages_total", "Messages sent and acknowledged in time" + Since).IncTo(totals.Delivered);
        Counter("im_received_messages_total", "Messages received" + Since).IncTo(totals.Received);
        Counter("im_acks_total", "Successful acknowledgements" + Since).IncTo(totals.Acks);
        Counter errors = Counter("im_ack_errors_total", string.Create(CultureInfo.InvariantCulture,
            $"Failed acknowledgements{Since} by error code; codes after the first {WindowTotals.MaxErrorCodes} count as {WindowTotals.OtherCode}"), "code");
        foreach ((string code, long count) in totals.AckErrors)
        {
            errors.WithLabels(code).IncTo(count);
        }
        Fill(_factory.CreateHistogram("im_latency_seconds", "Latency of messages received" + Since + ".",
            new HistogramConfiguration { Buckets = [.. WindowTotals.BucketBoundsMs.Select(bound => bound / 1000.0)] }), totals);
    }

    private static void Fill(Histogram histogram, WindowTotals totals)
    {
        long below = 0;
        for (int i = 0; i < totals.SamplesAtMost.Length; i++)
        {
            histogram.Observe(WindowTotals.BucketBoundsMs[i] / 1000.0, totals.SamplesAtMost[i] - below);
            below = totals.SamplesAtMost[i];
        }
        histogram.Observe(WindowTotals.BucketBoundsMs[^1] / 1000.0 + 1, totals.Samples - below);
        // The histogram has added up bounds; the exact sum is known. Two observations in the first bucket, one of them taken back, move the sum
        // and leave the counts. The first round may round, the second sets it right.
        double sum = totals.SampleSumMs / 1000.0;
        for (int round = 0; round < 3 && histogram.Sum != sum; round++)
        {
            double missing = sum - histogram.Sum;
            int sign = Math.Sign(missing);
            histogram.Observe(-Math.Abs(missing), -sign);
            histogram.Observe(0, sign);
        }
    }

    private Gauge GaugeOf(int set, string name, string help, params string[] furtherLabels)
    {
        if (set == GroupKey.TotalSet)
        {
            return Gauge(name, help, furtherLabels);
        }
        string[] labels = [.. _dimensionSets[set].Select(MetricNames.Label)];
        return Gauge(name + MetricNames.Suffix(_dimensionSets[set]), $"{help}, by {string.Join(" and ", labels)}", [.. labels, .. furtherLabels]);
    }

    private Gauge Gauge(string name, string help, string[] labels) =>
        _factory.CreateGauge(name, help + ".", new GaugeConfiguration { LabelNames = labels, SuppressInitialValue = true });

    private Counter Counter(string name, string help, params string[] labels) =>
        _factory.CreateCounter(name, help + ".", new CounterConfiguration { LabelNames = labels });

    private sealed record Measure<T>(string Name, string Help, Func<T, double?> Value);

    /// <summary>A group with its labels as an array, made once for all families.</summary>
    private sealed class Row<T>(GroupKey group, T values)
    {
        public int Set { get; } = group.Set;

        public string[] Labels { get; } = [.. group.Values];

        public T Values { get; } = values;
    }
}

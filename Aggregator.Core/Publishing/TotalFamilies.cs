using System.Globalization;
using Prometheus;

namespace Aggregator.Core.Publishing;

/// <summary>Builds the registry of the counters over all windows (DESIGN.md section 6), filled once and never changed.</summary>
internal sealed class TotalFamilies
{
    private readonly MetricFactory _factory;

    private TotalFamilies(CollectorRegistry registry)
    {
        _factory = Metrics.WithCustomRegistry(registry);
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
    }

    public static CollectorRegistry Build(WindowTotals totals)
    {
        CollectorRegistry registry = Metrics.NewCustomRegistry();
        TotalFamilies families = new(registry);
        families.AddTotals(totals);
        return registry;
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

    private Counter Counter(string name, string help, params string[] labels) =>
        _factory.CreateCounter(name, help + ".", new CounterConfiguration { LabelNames = labels });
}

using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Publishing;

public sealed class PrometheusOutputTests
{
    [Fact]
    public async Task Before_the_first_window_counters_are_0_and_gauges_absent()
    {
        using MetricsFixture metrics = new([["region"]]);

        string[] samples = await metrics.SamplesAsync("im_");

        Assert.Equal(
            [
                "im_sent_messages_total 0", "im_delivered_messages_total 0", "im_received_messages_total 0", "im_acks_total 0",
                "im_latency_seconds_sum 0", "im_latency_seconds_count 0",
            ],
            samples.Where(sample => !sample.StartsWith("im_latency_seconds_bucket", StringComparison.Ordinal)));
        Assert.Equal(15, samples.Count(sample => sample.StartsWith("im_latency_seconds_bucket", StringComparison.Ordinal) && sample.EndsWith(" 0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_whole_of_a_window_is_on_the_page()
    {
        using MetricsFixture metrics = new([["region", "appVersion"]]);
        await metrics.PublishAsync(WindowBuilder.At(0)
            .Total(online: 5, samples: [7, 49, 49, 49, 49, 49, 60, 60, 120, 120], acks: 8, errors: [("E_OFFLINE", 1), ("E_\"X\"\\\n", 2)], sent: 10, delivered: 8)
            .Group(0, ["eu", ""], online: 3, samples: [7], acks: 1, errors: [("E_OFFLINE", 1)], sent: 0)
            .Final);

        string page = await metrics.TextAsync();

        Assert.Equal(Pages.WholeWindow, page[..page.IndexOf("# HELP aggregator_", StringComparison.Ordinal)]);
    }

    [Fact]
    public async Task Activity_and_delivery_come_from_the_latest_window_of_each()
    {
        using MetricsFixture metrics = new();
        await metrics.PublishAsync(new(
            [WindowBuilder.At(0).Total(online: 1).ActivityResult, WindowBuilder.At(1).Total(online: 2).ActivityResult],
            [WindowBuilder.At(0).Total(online: 1, sent: 4, delivered: 1).WindowResult]));

        Assert.Equal(["im_online_users 2"], await metrics.SamplesAsync("im_online_users"));
        Assert.Equal(["im_delivery_ratio 0.25"], await metrics.SamplesAsync("im_delivery_ratio "));
        Assert.Equal(
            ["im_window_end_timestamp_seconds{result=\"activity\"} 1712345760", "im_window_end_timestamp_seconds{result=\"delivery\"} 1712345700"],
            await metrics.SamplesAsync("im_window_end"));
    }

    [Fact]
    public async Task An_empty_window_has_counts_of_0_and_no_ratio_or_percentile()
    {
        using MetricsFixture metrics = new();
        await metrics.PublishAsync(WindowBuilder.At(0).Total(online: 3, samples: [5], sent: 1).Final);
        await metrics.PublishAsync(WindowBuilder.At(1).Total().Final);

        Assert.Equal(["im_online_users 0"], await metrics.SamplesAsync("im_online_users"));
        Assert.Equal(["im_window_sent_messages 0"], await metrics.SamplesAsync("im_window_sent"));
        Assert.Empty(await metrics.SamplesAsync("im_delivery_ratio"));
        Assert.Empty(await metrics.SamplesAsync("im_latency_p"));
        Assert.Empty(await metrics.SamplesAsync("im_latency_m"));
    }

    [Fact]
    public async Task A_group_and_a_code_that_vanish_leave_no_series()
    {
        using MetricsFixture metrics = new([["region"]]);
        await metrics.PublishAsync(WindowBuilder.At(0).Total(online: 2, errors: [("E1", 1)], sent: 2)
            .Group(0, ["eu"], online: 1, errors: [("E1", 1)], sent: 1).Group(0, ["us"], online: 1, sent: 1).Final);
        Assert.Equal(9, (await metrics.SamplesAsync("im_")).Count(line => line.Contains("\"eu\"", StringComparison.Ordinal)));

        await metrics.PublishAsync(WindowBuilder.At(1).Total(online: 1, sent: 1).Group(0, ["us"], online: 1, sent: 1).Final);

        Assert.DoesNotContain(await metrics.SamplesAsync("im_"), line => line.Contains("\"eu\"", StringComparison.Ordinal));
        Assert.Empty(await metrics.SamplesAsync("im_window_ack_errors"));
        Assert.Equal(["im_online_users_by_region{region=\"us\"} 1"], await metrics.SamplesAsync("im_online_users_by"));
        Assert.Equal(["im_ack_errors_total{code=\"E1\"} 1"], await metrics.SamplesAsync("im_ack_errors_total"));
    }

    [Fact]
    public async Task Counters_count_a_window_once_when_its_delivery_is_final()
    {
        using MetricsFixture metrics = new();
        WindowBuilder first = WindowBuilder.At(0).Total(samples: [10, 20], acks: 2, errors: [("E", 1)], sent: 3, delivered: 2);
        WindowBuilder second = WindowBuilder.At(1).Total(samples: [30], acks: 1, sent: 1, delivered: 1);

        await metrics.PublishAsync(first.Activity);
        Assert.Equal(["im_received_messages_total 0"], await metrics.SamplesAsync("im_received_messages_total"));
        await metrics.PublishAsync(first.Delivery);
        await metrics.PublishAsync(first.Final); // once more, as after a restart of the pipeline
        await metrics.PublishAsync(second.Final);
        await metrics.PublishAsync(first.Delivery);

        string[] samples = await metrics.SamplesAsync("im_");
        Assert.Superset(
            new HashSet<string>
            {
                "im_sent_messages_total 4", "im_delivered_messages_total 3", "im_received_messages_total 3", "im_acks_total 3",
                "im_ack_errors_total{code=\"E\"} 1", "im_latency_seconds_sum 0.06", "im_latency_seconds_count 3",
                "im_latency_seconds_bucket{le=\"0.01\"} 1", "im_latency_seconds_bucket{le=\"0.02\"} 2", "im_latency_seconds_bucket{le=\"0.05\"} 3",
                "im_window_sent_messages 1",
            },
            samples.ToHashSet());
    }

    [Fact]
    public async Task Error_codes_beyond_the_limit_count_as_other()
    {
        using MetricsFixture metrics = new();
        (string, long)[] codes = [.. Enumerable.Range(0, 200).Select(i => ($"E{i:000}", 1L))];
        await metrics.PublishAsync(WindowBuilder.At(0).Total(errors: codes).Final);
        await metrics.PublishAsync(WindowBuilder.At(1).Total(errors: [("E000", 5), ("F1", 2), ("F2", 3)]).Final);

        string[] samples = await metrics.SamplesAsync("im_ack_errors_total");

        Assert.Equal(201, samples.Length);
        Assert.Contains("im_ack_errors_total{code=\"E000\"} 6", samples);
        Assert.Contains("im_ack_errors_total{code=\"other\"} 5", samples);
        Assert.Equal(2, (await metrics.SamplesAsync("im_window_ack_errors{code=\"F")).Length);
    }

    [Fact]
    public async Task The_histogram_is_exact_in_counts_and_sum()
    {
        await Gen.Frequency((5, Gen.UInt[0, 400]), (2, Gen.UInt[0, 4_000]), (1, Gen.UInt[0, 86_400_000])).Array[0, 200].Array[1, 4].SampleAsync(async windows =>
        {
            using MetricsFixture metrics = new();
            for (int i = 0; i < windows.Length; i++)
            {
                await metrics.PublishAsync(WindowBuilder.At(i).Total(samples: windows[i]).Final);
            }
            uint[] all = [.. windows.SelectMany(samples => samples)];
            string[] lines = await metrics.SamplesAsync("im_latency_seconds_");
            double Value(string name) => double.Parse(Assert.Single(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1],
                System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(all.Sum(sample => (long)sample) / 1000.0, Value("im_latency_seconds_sum"));
            Assert.Equal(all.Length, Value("im_latency_seconds_count"));
            Assert.Equal(all.Length, Value("im_latency_seconds_bucket{le=\"+Inf\"}"));
            foreach (uint bound in new uint[] { 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000 })
            {
                Assert.Equal(all.Count(sample => sample <= bound),
                    Value(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"im_latency_seconds_bucket{{le=\"{bound / 1000.0}\"}}")));
            }
        }, iter: 200);
    }

    [Fact]
    public async Task A_scrape_between_publications_sees_one_of_them_whole()
    {
        using MetricsFixture metrics = new([["region"]]);
        CancellationToken aborted = TestContext.Current.CancellationToken;
        int mixed = 0;
        HashSet<double> seen = [];
        async Task ScrapeAsync(PageFormat format)
        {
            for (int scrape = 0; scrape < 100; scrape++)
            {
                string[] gauges = [.. (await metrics.SamplesAsync("im_", format)).Where(line => !line.Contains("_total", StringComparison.Ordinal)
                    && !line.Contains("im_latency_seconds", StringComparison.Ordinal) && !line.Contains("ratio", StringComparison.Ordinal))];
                HashSet<double> values = [.. gauges.Select(Number)];
                lock (seen)
                {
                    mixed += values.Count > 1 ? 1 : 0;
                    seen.UnionWith(values);
                }
            }
        }

        Task scrapers = Task.WhenAll(Task.Run(() => ScrapeAsync(PageFormat.Text), aborted), Task.Run(() => ScrapeAsync(PageFormat.OpenMetrics), aborted));
        for (int n = 1; !scrapers.IsCompleted; n++)
        {
            await metrics.PublishAsync(EveryNumberIs(n).Final);
        }
        await scrapers;

        Assert.Equal(0, mixed);
        Assert.True(seen.Count > 2, $"{seen.Count} different publications seen");

        static WindowBuilder EveryNumberIs(int n)
        {
            WindowBuilder window = new WindowBuilder((n - 1) * 60_000L).Total(online: n, received: n, acks: n, errors: [("E", n)], sent: n, delivered: n);
            for (int region = 0; region < 20; region++)
            {
                window.Group(0, [$"r{region}"], online: n, received: n, acks: n, sent: n, delivered: n);
            }
            return window;
        }

        static double Number(string line)
        {
            double value = double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
            return line.StartsWith("im_window_end", StringComparison.Ordinal) ? value / 60 : value; // window n ends at minute n
        }
    }

    [Fact]
    public async Task Nothing_new_changes_nothing()
    {
        using MetricsFixture metrics = new();
        await metrics.PublishAsync(WindowBuilder.At(0).Total(online: 1).Final);
        string before = await metrics.TextAsync();

        await metrics.PublishAsync(new FinalResults([], []));
        await metrics.PublishAsync(WindowBuilder.At(0).Total(online: 7).Final);

        Assert.Equal(before, await metrics.TextAsync());
    }
}

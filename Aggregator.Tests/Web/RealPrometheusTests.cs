using System.Diagnostics;
using System.Globalization;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Web;

/// <summary>What real Prometheus programs make of the page.</summary>
public sealed class RealPrometheusTests
{
    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Promtool_has_nothing_to_say(int version)
    {
        ProcessStartInfo start = new(PrometheusProcess.Program("promtool", version), ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using MetricsFixture metrics = new([["region"], ["region", "appVersion"], ["type", "count", "2g"]], withProcess: true);
        await PublishFirstAsync(metrics);
        using Process promtool = Process.Start(start)!;
        Task<string> output = promtool.StandardOutput.ReadToEndAsync(Aborted);
        Task<string> errors = promtool.StandardError.ReadToEndAsync(Aborted);
        await promtool.StandardInput.WriteAsync(await metrics.TextAsync(PageFormat.Text));
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync(Aborted);

        Assert.Equal("", await output + await errors);
        Assert.Equal(0, promtool.ExitCode);
    }

    [Theory]
    [InlineData(2, "")] // its default is OpenMetrics
    [InlineData(3, "scrape_protocols: [OpenMetricsText1.0.0]")]
    [InlineData(3, "scrape_protocols: [PrometheusText0.0.4]")]
    public async Task Prometheus_scrapes_every_family_and_forgets_what_vanished(int version, string protocols)
    {
        string program = PrometheusProcess.Program("prometheus", version);
        await using WebFixture web = await WebFixture.StartAsync(Aborted, [["region"], ["region", "appVersion"], ["type", "count", "2g"]], withProcess: true);
        await PublishFirstAsync(web.Metrics);
        string job = string.Create(CultureInfo.InvariantCulture,
            $"- job_name: aggregator\n  static_configs: [{{targets: ['127.0.0.1:{web.Address.Port}']}}]\n  {protocols}\n");
        await using PrometheusProcess prometheus = await PrometheusProcess.StartAsync(program, job, Aborted);

        string[] windows = await prometheus.QueryUntilAsync("{__name__=~\"im_.+\",__name__!~\".+_bucket|.+_by_region_app_version|.+_2g\"}", answer => answer.Length > 0, Aborted);

        Assert.Equal(Expected, string.Join('\n', windows));
        await AnswersAsync("im_online_users_by_region_app_version", "im_online_users_by_region_app_version{app_version=\"quoted\" \\ and\nnew line,region=eu} 3");
        await AnswersAsync("im_online_users_by_type_dim_count_dim__2g", "im_online_users_by_type_dim_count_dim__2g{} 2");
        await AnswersAsync("histogram_quantile(0.6, im_latency_seconds_bucket)", "{} 0.05");
        await AnswersAsync("count(aggregator_build_info) and on() (process_start_time_seconds > 0)", "{} 1");

        await web.Metrics.PublishAsync(WindowBuilder.At(1).Total(online: 1).Group(0, ["us"], online: 1).Final);

        await AnswersAsync("im_online_users_by_region", "im_online_users_by_region{region=us} 1");
        await AnswersAsync("im_delivery_ratio");
        await AnswersAsync("up == 1 and on() scrape_samples_scraped > 50", "up{} 1");

        // A scrape that takes longer than its second, on a busy machine, leaves a gap: what holds is what it answers in the end.
        async Task AnswersAsync(string query, params string[] expected) =>
            Assert.Equal(expected, await prometheus.QueryUntilAsync(query, answer => answer.SequenceEqual(expected), Aborted));
    }

    private const string Expected = """
        im_ack_errors_total{code=E_OFFLINE} 1
        im_acks_total{} 8
        im_delivered_messages_total{} 8
        im_delivery_ratio_by_region{region=eu} 0.5
        im_delivery_ratio_lower_by_region{region=eu} 0.060830276
        im_delivery_ratio_lower{} 0.497225504
        im_delivery_ratio_upper_by_region{region=eu} 0.939169724
        im_delivery_ratio_upper{} 0.955940586
        im_delivery_ratio{} 0.8
        im_latency_max_seconds_by_region{region=eu} 0.007
        im_latency_max_seconds{} 0.12
        im_latency_mean_seconds_by_region{region=eu} 0.007
        im_latency_mean_seconds{} 0.0612
        im_latency_p50_seconds_by_region{region=eu} 0.007
        im_latency_p50_seconds{} 0.049
        im_latency_p95_seconds_by_region{region=eu} 0.007
        im_latency_p95_seconds{} 0.12
        im_latency_p99_seconds_by_region{region=eu} 0.007
        im_latency_p99_seconds{} 0.12
        im_latency_seconds_count{} 10
        im_latency_seconds_sum{} 0.612
        im_online_users_by_region{region=eu} 3
        im_online_users{} 5
        im_received_messages_total{} 10
        im_sent_messages_total{} 10
        im_window_ack_errors_by_region{code=E_OFFLINE,region=eu} 1
        im_window_ack_errors{code=E_OFFLINE} 1
        im_window_acks_by_region{region=eu} 1
        im_window_acks{} 8
        im_window_delivered_messages_by_region{region=eu} 1
        im_window_delivered_messages{} 8
        im_window_end_timestamp_seconds{result=activity} 1712345700
        im_window_end_timestamp_seconds{result=delivery} 1712345700
        im_window_received_messages_by_region{region=eu} 1
        im_window_received_messages{} 10
        im_window_sent_messages_by_region{region=eu} 2
        im_window_sent_messages{} 10
        """;

    private static Task PublishFirstAsync(MetricsFixture metrics)
    {
        metrics.Status.Partitions = [new PartitionStatus("ack", 0, 1, 2, 1_712_345_700_500, Idle: false, Rejected: 0, Late: 0)];
        return metrics.PublishAsync(WindowBuilder.At(0)
            .Total(online: 5, samples: [7, 49, 49, 49, 49, 49, 60, 60, 120, 120], acks: 8, errors: [("E_OFFLINE", 1)], sent: 10, delivered: 8)
            .Group(0, ["eu"], online: 3, samples: [7], acks: 1, errors: [("E_OFFLINE", 1)], sent: 2, delivered: 1)
            .Group(1, ["eu", "\"quoted\" \\ and\nnew line"], online: 3)
            .Group(2, ["", "", ""], online: 2)
            .Final);
    }
}

using System.Globalization;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;
using Aggregator.Core.Sketches;
using Aggregator.Tests.Kafka;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.RemoteWrite;

/// <summary>What real Prometheus programs take and show of what is written to them.</summary>
public sealed class RealPrometheusWriteTests
{
    private const string OutOfOrder = "storage: {tsdb: {out_of_order_time_window: 1d}}";

    // One bucket of schema 4 is 2^(1/16) wide.
    private const double BucketError = 0.045;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly string[][] Groups = [["region"], ["region", "appVersion"]];

    private readonly CapturedLog _log = new();
    private readonly RemoteWriteStatus _status = new();

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_past_is_taken_whole_and_series_end_where_they_end(int version)
    {
        await using PrometheusProcess prometheus = await StartAsync(version, OutOfOrder);
        // Six hours ago: with a window without latencies, a silent quarter of an hour, and a group that comes and goes.
        long start = Now() - 360 * 60_000;
        WindowBuilder[] windows = [.. Enumerable.Range(0, 20).Concat(Enumerable.Range(35, 10)).Select(minute => minute == 7
            ? At(start, minute).Total(online: 1)
            : At(start, minute).Total(online: minute, samples: [(uint)minute, 4_000_007], acks: 2, errors: [("E_OFFLINE", 1 + (minute % 3))], sent: 7, delivered: minute % 8)
                .Group(0, [minute % 2 == 0 ? "eu" : "us"], online: 3, samples: [9], sent: 2, delivered: 1)
                .Group(1, ["eu", ""], online: 1))];
        // The newest first, so that all others are out of order.
        await WriteAsync(prometheus, [At(start, 300).Total(online: 1)]);

        await WriteAsync(prometheus, windows);

        Assert.Equal(0, _status.SamplesRejected.Value);
        string[] expected = await PageSamples.OfAsync(windows, Groups, ("job", "im"));
        Assert.Equal(expected, await StoredAsync(prometheus, windows));
        long end = windows[19].Window.EndMs;
        Assert.Equal(["im_online_users{} 19"], await prometheus.QueryAsync("im_online_users", end + 59_000, Aborted));
        Assert.Empty(await prometheus.QueryAsync("im_online_users", end + 60_000, Aborted));
        Assert.Empty(await prometheus.QueryAsync("im_latency_p99_seconds", windows[7].Window.EndMs, Aborted));
        Assert.Empty(await prometheus.QueryAsync("im_online_users", windows[^1].Window.EndMs + 60_000, Aborted));

        // The same again is the same. Of another value at a time that is there the first stays: where it is out of order, Prometheus does not even say so.
        await WriteAsync(prometheus, windows);
        await WriteAsync(prometheus, [At(start, 5).Total(online: 77)]);
        Assert.Equal(0, _status.SamplesRejected.Value);
        Assert.Equal(expected, await StoredAsync(prometheus, windows));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Without_an_out_of_order_window_the_present_is_taken_and_the_past_refused(int version)
    {
        await using PrometheusProcess prometheus = await StartAsync(version, "{}");
        long start = Now() - 40 * 60_000;
        WindowBuilder[] windows = [.. Enumerable.Range(0, 30).Select(minute => At(start, minute).Total(online: minute, sent: 3, delivered: 1))];
        await WriteAsync(prometheus, windows);
        Assert.Equal(0, _status.SamplesRejected.Value);
        Assert.Equal(await PageSamples.OfAsync(windows, Groups, ("job", "im")), await StoredAsync(prometheus, windows));

        await Assert.ThrowsAsync<OutputRefusedException>(() => WriteAsync(prometheus, [At(start, -200).Total(online: 1)]));

        Assert.True(_status.SamplesRejected.Value > 0);
        Assert.Equal(0, _status.Retries.Value);
        Assert.Single(_log.Lines, line => line.Contains("400: out of bounds", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_quantile_of_native_histograms_is_that_of_the_samples_over_groups_and_ranges(int version)
    {
        await using PrometheusProcess prometheus = await StartAsync(version, "{}", version == 2 ? ["--enable-feature=native-histograms"] : []);
        long start = Now() - 40 * 60_000;
        Random random = new(7);
        List<uint> all = [];
        List<WindowBuilder> windows = [];
        for (int minute = 0; minute < 20; minute++)
        {
            uint[] eu = Latencies(random, 300);
            uint[] us = Latencies(random, 200);
            all.AddRange([.. eu, .. us]);
            windows.Add(At(start, minute).Total(online: 1, samples: [.. eu, .. us]).Group(0, ["eu"], samples: eu).Group(0, ["us"], samples: us));
        }
        await WriteAsync(prometheus, windows);

        long end = windows[^1].Window.EndMs;
        LatencyHistogram last = windows[^1].ActivityResult.Groups[0].Latency!.Samples;
        Assert.Equal(["{} 500"], await prometheus.QueryAsync("histogram_count(im_latency_seconds)", end, Aborted));
        Assert.Equal(["{} 500"], await prometheus.QueryAsync("histogram_count(sum(im_latency_seconds_by_region))", end, Aborted));
        foreach (double q in new[] { 0.5, 0.95, 0.99 })
        {
            AssertNear(last.Percentile(q), await prometheus.QueryAsync(Query($"histogram_quantile({q}, im_latency_seconds)"), end, Aborted));
            AssertNear(last.Percentile(q), await prometheus.QueryAsync(Query($"histogram_quantile({q}, sum(im_latency_seconds_by_region))"), end, Aborted));
        }
        if (version == 3)
        {
            all.Sort();
            foreach (double q in new[] { 0.5, 0.95, 0.99 })
            {
                // 20 windows in the range, each once
                AssertNear(all[(int)Math.Ceiling(q * all.Count) - 1],
                    await prometheus.QueryAsync(Query($"histogram_quantile({q}, sum(sum_over_time(im_latency_seconds_by_region[20m])))"), end, Aborted));
            }
            Assert.Equal(["{} 10000"], await prometheus.QueryAsync("histogram_count(sum_over_time(im_latency_seconds[20m]))", end, Aborted));
        }
        Assert.Empty(await prometheus.QueryAsync("im_latency_seconds", end + 60_000, Aborted));
    }

    [Fact]
    public async Task What_is_written_while_Prometheus_restarts_arrives()
    {
        string program = PrometheusProcess.Program("prometheus", 3);
        DirectoryInfo data = Directory.CreateTempSubdirectory("aggregator-data-");
        int port = PrometheusProcess.FreePort();
        string[] receiver = ["--web.enable-remote-write-receiver"];
        long start = Now() - 40 * 60_000;
        WindowBuilder[] windows = [.. Enumerable.Range(0, 30).Select(minute => At(start, minute).Total(online: minute))];
        try
        {
            PrometheusProcess first = await (await PrometheusProcess.StartAsync(program, "{}", receiver, data.FullName, Aborted, port)).ReadyAsync(Aborted);
            await using RemoteWriteOutput output = Create(first, losesNothing: false);
            await output.PublishAsync(windows[0].Final, Aborted);
            await output.WhenSafe().WaitAsync(Bound, Aborted);
            await first.DisposeAsync();
            foreach (WindowBuilder window in windows.Skip(1))
            {
                await output.PublishAsync(window.Final, Aborted);
            }
            Assert.False(output.WhenSafe().IsCompleted);

            await using PrometheusProcess second = await (await PrometheusProcess.StartAsync(program, "{}", receiver, data.FullName, Aborted, port)).ReadyAsync(Aborted);
            await output.WhenSafe().WaitAsync(Bound, Aborted);

            Assert.Equal(await PageSamples.OfAsync(windows, Groups, ("job", "im")), await StoredAsync(second, windows));
            Assert.Equal(0, _status.SamplesRejected.Value);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static WindowBuilder At(long startMs, int minute) => new(startMs + minute * 60_000L);

    // Prometheus judges what is past by its own clock.
    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 60_000 * 60_000;

    private static uint[] Latencies(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (uint)(90 * Math.Exp(1.2 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))))];

    private static string Query(FormattableString query) => query.ToString(CultureInfo.InvariantCulture);

    private static void AssertNear(long expectedMs, string[] answer)
    {
        double seconds = double.Parse(Assert.Single(answer).Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.InRange(seconds, expectedMs / 1000.0 * (1 - BucketError), expectedMs / 1000.0 * (1 + BucketError));
    }

    private static async Task<PrometheusProcess> StartAsync(int version, string configuration, params string[] arguments) =>
        await (await PrometheusProcess.StartAsync(
            PrometheusProcess.Program("prometheus", version), configuration, [.. arguments, "--web.enable-remote-write-receiver"], null, Aborted)).ReadyAsync(Aborted);

    private static async Task<string[]> StoredAsync(PrometheusProcess prometheus, WindowBuilder[] windows) =>
        [.. (await prometheus.SamplesAsync("{job=\"im\",__name__!~\"im_latency_seconds(_by_.+)?\"}[2h]", windows[^1].Window.EndMs, Aborted))];

    private async Task WriteAsync(PrometheusProcess prometheus, IEnumerable<WindowBuilder> windows)
    {
        await using RemoteWriteOutput output = Create(prometheus);
        foreach (WindowBuilder window in windows)
        {
            await output.PublishAsync(window.Final, Aborted);
        }
        await output.CompleteAsync(Aborted).AsTask().WaitAsync(Bound, Aborted);
    }

    private RemoteWriteOutput Create(PrometheusProcess prometheus, bool losesNothing = true) => new(
        new() { Url = new Uri(prometheus.Address, "api/v1/write"), Labels = new([new("job", "im")]), MinBackoff = TimeSpan.FromMilliseconds(50) },
        Groups, new BuildInfo("1", "", ""), losesNothing, _status, _log.For<RemoteWriteOutput>(), TimeProvider.System);
}

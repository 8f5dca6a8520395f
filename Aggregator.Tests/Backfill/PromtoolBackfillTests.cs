using Aggregator.Core.Backfill;
using Aggregator.Core.Stored;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Backfill;

/// <summary>Files become blocks, and a real Prometheus has in them what the results say, series by series.</summary>
public sealed class PromtoolBackfillTests : IDisposable
{
    private static readonly string[][] Groups = [["region"], ["region", "appVersion"]];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aggregator-backfill-");

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_real_Prometheus_has_every_sample_and_no_other(int version)
    {
        string prometheusProgram = PrometheusProcess.Program("prometheus", version);
        string data = Path.Combine(_folder.FullName, "data");
        // Over two blocks, with a minute that has no latencies, one hour of silence, and a group that comes and goes.
        WindowBuilder[] windows = [.. Enumerable.Range(0, 60).Concat(Enumerable.Range(120, 30)).Select(minute => minute == 30
            ? WindowBuilder.At(minute).Total(online: 1)
            : WindowBuilder.At(minute).Total(online: minute, samples: [(uint)minute, 4_000_007], acks: 2, errors: [("E_OFFLINE", 1 + (minute % 3))], sent: 7, delivered: minute % 8)
                .Group(0, [minute % 2 == 0 ? "eu" : "us"], online: 3, samples: [9], sent: 2, delivered: 1)
                .Group(1, ["eu", ""], online: 1))];
        OpenMetricsBackfill backfill = new(new(Path.Combine(_folder.FullName, "b.om"), new([new("job", "im"), new("instance", "a:1")]), long.MaxValue) { FileBytes = 200_000 },
            Groups, null, null, null);
        foreach (WindowBuilder window in windows)
        {
            await backfill.PublishAsync(window.Final, Aborted);
        }
        await backfill.CompleteAsync(Aborted);
        foreach (string file in backfill.Files)
        {
            await PromtoolProcess.RunAsync(version, "tsdb", "create-blocks-from", "openmetrics", file, data);
        }

        await using PrometheusProcess prometheus = await (await PrometheusProcess.StartAsync(
            prometheusProgram, "{}", ["--storage.tsdb.retention.time=100y"], data, Aborted)).ReadyAsync(Aborted);
        long end = windows[^1].Window.EndMs;
        string[] stored = await prometheus.SamplesAsync("{job=\"im\"}[3h]", end, Aborted);

        Assert.True(backfill.Files.Count > 1);
        Assert.Equal(await PageSamples.OfAsync(windows, Groups, ("job", "im"), ("instance", "a:1")), stored);
        Assert.Equal(backfill.Samples, stored.Length);
        // A file cannot say that a series has ended: over the lookback of five minutes a plain selector shows the last value, last_over_time with the window's size does not.
        long silent = windows[59].Window.EndMs + 120_000;
        Assert.Equal(["im_online_users{} 59"], await prometheus.QueryAsync("im_online_users", silent, Aborted));
        Assert.Empty(await prometheus.QueryAsync("last_over_time(im_online_users[1m])", silent, Aborted));
        Assert.Empty(await prometheus.QueryAsync("im_online_users", silent + 200_000, Aborted));
        // What is there already with another value is found before it is lost.
        using BackfillTarget asked = new(new PrometheusStore(prometheus.Address, new(), "test"), new([new("job", "im"), new("instance", "a:1")]));
        string series = "im_online_users{instance=\"a:1\",job=\"im\"}";
        Assert.Null(await asked.FindOtherAsync([(series, end, 149), (series, end + 60_000, 5)], Aborted));
        Assert.Equal(
            $"Prometheus has {series} at 2024-04-05T22:04:00Z already, as 149 and not 5, and would keep that: delete the series there first (api/v1/admin/tsdb/delete_series), or give these another label with --label",
            await asked.FindOtherAsync([(series, end - 60_000, 148), (series, end, 5)], Aborted));
    }
}

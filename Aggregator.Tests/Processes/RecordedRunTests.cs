using System.Globalization;
using System.Text.Json;
using Aggregator.Core.Generation;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>
/// A service on the real broker, recorded by a real Prometheus that scrapes it and that it writes to, and killed in between; then a replay of the same range, all
/// outputs of which are compared with the recording series by series, by the replay itself (<c>--diff</c>). The long form is <c>scripts/recorded-run.sh</c>.
/// </summary>
[Collection(nameof(ProcessTests))] // it goes by the clock
public sealed class RecordedRunTests
{
    // Event time is that long ago, so that files for promtool are taken: Prometheus writes the last three hours itself.
    private static readonly TimeSpan Ago = TimeSpan.FromHours(4);

    private static readonly TimeSpan Size = TimeSpan.FromSeconds(2);

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    private static TimeSpan Traffic => TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("AGGREGATOR_TEST_RECORDED_SECONDS") ?? "16", CultureInfo.InvariantCulture));

    [Fact]
    public async Task What_a_Prometheus_recorded_of_a_run_is_what_a_replay_gives_by_every_output()
    {
        string program = PrometheusProcess.Program("prometheus", 3);
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), partitions: 2);
        int page = PrometheusProcess.FreePort();
        string receives = "--web.enable-remote-write-receiver";
        const string OutOfOrder = "storage: {tsdb: {out_of_order_time_window: 1d}}\n";
        await using PrometheusProcess recorder = await (await PrometheusProcess.StartAsync(program, string.Create(CultureInfo.InvariantCulture,
            $"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs: [{{job_name: scraped, static_configs: [{{targets: ['127.0.0.1:{page}']}}]}}]\n{OutOfOrder}"),
            [receives], null, Aborted)).ReadyAsync(Aborted);
        string[] settings = topics.Arguments(
            "Aggregation:Window=00:00:02", "Aggregation:Lateness=00:00:01", "Aggregation:AckTimeout=00:00:02", "Aggregation:IdleTimeout=1.00:00:00", """Aggregation:Groups=[["region"]]""");
        string[] run =
        [
            "run", "--web.listen-address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{page}"), .. settings,
            "--set", $"RemoteWrite:Url={recorder.Address}api/v1/write", "--set", "RemoteWrite:ExternalLabels:job=written", "--set", "RemoteWrite:MinBackoff=00:00:00.100",
        ];

        // Live: the traffic of some windows as the clock goes, and the service is killed in the middle and started again.
        long startMs = (DateTimeOffset.UtcNow - Ago).ToUnixTimeMilliseconds() / 10_000 * 10_000;
        Task traffic = PlayAsync(topics, startMs);
        long toMs = startMs + (long)(Traffic - TimeSpan.FromSeconds(6)).TotalMilliseconds;
        string end = string.Create(CultureInfo.InvariantCulture, $"{toMs / 1000}");
        Task<string[]> scraped;
        await using (AggregatorProcess first = AggregatorProcess.Start(run))
        {
            await first.AddressAsync();
            scraped = recorder.QueryUntilAsync(
                $"min_over_time(im_window_end_timestamp_seconds{{job=\"scraped\",result=\"delivery\"}}[1h]) < {end} and count_over_time(im_window_end_timestamp_seconds{{job=\"scraped\",result=\"delivery\"}}[1h]) >= 3",
                answer => answer.Length == 1, Aborted);
            await Task.WhenAny(traffic, scraped);
            await first.KillAsync();
        }
        bool wasScraped = scraped.IsCompletedSuccessfully;
        await using AggregatorProcess second = AggregatorProcess.Start(run);
        await traffic;
        // The last windows wait for records that do not come. What lies before the last traffic by all that can be late is final.
        await recorder.QueryUntilAsync($"max_over_time(im_window_end_timestamp_seconds{{job=\"scraped\",result=\"delivery\"}}[1h]) >= {end}", answer => answer.Length == 1, Aborted);
        await recorder.QueryUntilAsync($"max_over_time(im_window_end_timestamp_seconds{{job=\"written\",result=\"delivery\"}}[5h]) >= {end}", answer => answer.Length == 1, Aborted);

        // Replayed: into lines, a file for promtool and by remote write, and compared with what was written live.
        string lines = topics.File("windows.jsonl"), backfill = topics.File("backfill.om"), differences = topics.File("differences.jsonl");
        string[] range = ["--from", $"{startMs}", "--to", $"{toMs}", .. settings];
        HostProcess.Outcome replay = await HostProcess.RunAsync([
            "replay", "--output", lines, "--output", backfill, "--label", "job=replayed", "--remote-write", $"{recorder.Address}api/v1/write", "--diff", $"{recorder.Address}",
            "--diff-match", "job=written", .. range]);
        long windows = toMs / 2_000 - startMs / 2_000;
        Assert.True(replay.ExitCode == 0, replay.Output + replay.Error);
        Assert.Matches($@"\n{recorder.Address.ToString().TrimEnd('/')}: {windows} windows compared, all \d+ values are equal\n", replay.Error);
        Assert.Equal("", replay.Output);

        // What remote write wrote again, and what the file made.
        string data = topics.File("data");
        await PromtoolProcess.RunAsync(3, "tsdb", "create-blocks-from", "openmetrics", backfill, data);
        await using PrometheusProcess filled = await (await PrometheusProcess.StartAsync(program, "{}", [], data, Aborted)).ReadyAsync(Aborted);
        // Each notes in a file of its own how far it is: they go on at the same time.
        Task<HostProcess.Outcome> DiffAsync(string name, params string[] options) => HostProcess.RunAsync(["replay", .. range, "--state", topics.File(name), "--diff", .. options]);
        HostProcess.Outcome[] equal = await Task.WhenAll(
            DiffAsync("filled", $"{filled.Address}"),
            DiffAsync("replayed", $"{recorder.Address}", "--diff-match", "job=replayed"),
            DiffAsync("scraped", $"{recorder.Address}", "--diff-match", "job=scraped", "--diff-within", "05:00:00", "--diff-output", differences),
            DiffAsync("other", $"{recorder.Address}", "--diff-match", "job=written", "--set", "Aggregation:Lateness=00:00:00"));
        Assert.True(equal[0].ExitCode == 0, equal[0].Output + equal[0].Error);
        Assert.True(equal[1].ExitCode == 0, equal[1].Output + equal[1].Error);

        // A scrape sees what stands on the page at its time: windows may be missing, on a busy machine many. Those that are there have equal values.
        Assert.DoesNotContain("\"state\":\"differs\"", await File.ReadAllTextAsync(differences, Aborted), StringComparison.Ordinal);
        Assert.True(!wasScraped || !equal[2].Error.Contains("none of them is stored", StringComparison.Ordinal), equal[2].Error);
        foreach (string line in await File.ReadAllLinesAsync(differences, Aborted))
        {
            using JsonDocument difference = JsonDocument.Parse(line);
            Assert.Contains(difference.RootElement.GetProperty("causes")[0].GetProperty("cause").GetString(), new[] { "missing_scrape", "passed_over", "nothing_recorded" });
        }

        // With other settings than the service had, the values are others, and it is said.
        Assert.True(equal[3].ExitCode == 1, equal[3].Output + equal[3].Error);
        Assert.Contains("activity differs, as written of {job=\"written\"}", equal[3].Output, StringComparison.Ordinal);
        topics.IsDone = true;
    }

    private static async Task PlayAsync(TestTopics topics, long startMs)
    {
        TrafficGenerator traffic = new(new TrafficSettings
        {
            Seed = 7, StartMs = startMs, Rate = 100, Users = 300, Duration = Traffic, LatencyPartitions = 2, AckPartitions = 2, LateShare = 0.02, DisorderShare = 0.05,
        });
        // The late records after the end come minutes later: they are not waited for.
        for (TimeSpan elapsed = TimeSpan.Zero; elapsed < Traffic;)
        {
            await Task.Delay(50, Aborted);
            elapsed = TimeSpan.FromMilliseconds(Math.Min(Traffic.TotalMilliseconds, (DateTimeOffset.UtcNow - Ago).ToUnixTimeMilliseconds() - startMs));
            await topics.WriteAsync(traffic, startMs + (long)elapsed.TotalMilliseconds);
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Aggregator.Core.Backfill;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Tests.Comparison;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Backfill;

public sealed class OpenMetricsBackfillTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aggregator-backfill-");

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    private string File1 => Path.Combine(_folder.FullName, "backfill.om");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_has_every_gauge_of_the_page_at_the_end_of_its_window()
    {
        OpenMetricsBackfill backfill = Create([["region", "appVersion"]], KeyValuePair.Create("job", "im"));
        await backfill.PublishAsync(WindowBuilder.At(0)
            .Total(online: 5, samples: [7, 49, 49, 49, 49, 49, 60, 60, 120, 120], acks: 8, errors: [("E_\"X\"\\\n", 2)], sent: 10, delivered: 8)
            .Group(0, ["eu", ""], online: 3, acks: 1)
            .Final, Aborted);
        await backfill.PublishAsync(WindowBuilder.At(1).Total(online: 6, sent: 3, delivered: 1).Final, Aborted);

        string? said = await backfill.CompleteAsync(Aborted);

        string[] samples = [.. (await File.ReadAllTextAsync(File1, Aborted)).Split('\n').Where(line => !line.StartsWith("# HELP", StringComparison.Ordinal) && !line.StartsWith("# TYPE", StringComparison.Ordinal))];
        Assert.Equal(Expected, string.Join('\n', samples));
        Assert.Equal($"{File1}: 31 samples, windows that end from 2024-04-05T19:35:00Z to 2024-04-05T19:36:00Z", said);
        Assert.Equal([File1], _folder.GetFiles().Select(file => file.FullName));
    }

    [Fact]
    public async Task Names_labels_help_and_values_are_those_of_the_page()
    {
        string[][] groups = [["region"], ["region", "appVersion"]];
        WindowBuilder window = WindowBuilder.At(0)
            .Total(online: 5, samples: [7, 49, 5_000_000], acks: 8, errors: [("E", 2)], sent: 10, delivered: 7)
            .Group(0, ["eu"], online: 3, samples: [7], errors: [("E", 2)], sent: 3)
            .Group(1, ["eu", "1"], online: 3, acks: 1);
        using MetricsFixture metrics = new(groups);
        await metrics.PublishAsync(window.Final);
        OpenMetricsBackfill backfill = Create(groups);
        await backfill.PublishAsync(window.Final, Aborted);
        await backfill.CompleteAsync(Aborted);

        string[] page = [.. (await metrics.SamplesAsync("", PageFormat.OpenMetrics)).Where(IsOfAGauge).Select(Normal).Order(StringComparer.Ordinal)];
        string[] file = [.. (await File.ReadAllLinesAsync(File1, Aborted)).Where(IsOfAGauge)
            .Select(line => Normal(line.StartsWith('#') ? line : line[..line.LastIndexOf(' ')])).Order(StringComparer.Ordinal)];

        HashSet<string> withSamples = [.. file.Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        Assert.Equal(page.Where(line => !line.StartsWith('#') || withSamples.Contains(line.Split(' ')[2])), file);
        Assert.True(withSamples.Count >= 30);
    }

    [Fact]
    public async Task Files_end_at_blocks_of_two_hours_and_have_each_window_once()
    {
        OpenMetricsBackfill backfill = Create([], bytes: 60_000);
        List<string> expected = [];
        for (int minute = 0; minute < 400; minute++)
        {
            WindowBuilder window = WindowBuilder.At(minute).Total(online: minute, sent: 1);
            await backfill.PublishAsync(window.Activity, Aborted);
            if (minute > 0)
            {
                await backfill.PublishAsync(WindowBuilder.At(minute - 1).Total(online: minute - 1, sent: minute).Delivery, Aborted);
            }
            expected.Add($"im_online_users {minute} {window.Window.EndMs / 1000}");
        }
        await backfill.CompleteAsync(Aborted);

        Assert.Equal(["backfill.om", "backfill-0002.om", "backfill-0003.om"], backfill.Files.Take(3).Select(Path.GetFileName));
        string[][] files = [.. await Task.WhenAll(backfill.Files.Select(file => File.ReadAllLinesAsync(file, Aborted)))];
        Assert.Equal(expected, files.SelectMany(lines => lines).Where(line => line.StartsWith("im_online_users ", StringComparison.Ordinal)));
        Assert.Equal(399, files.Sum(lines => lines.Count(line => line.StartsWith("im_window_sent_messages ", StringComparison.Ordinal))));
        Assert.All(files, lines => Assert.Equal(["# EOF"], lines.Where(line => line == "# EOF" || line.Length == 0)));
        Assert.All(files, lines => Assert.Equal("# EOF", lines[^1]));
        Assert.All(files.SkipLast(1), lines => Assert.Equal(7200 - 60, long.Parse(lines[^2].Split(' ')[^1]) % 7200));
        Assert.Equal(backfill.Samples, files.Sum(lines => lines.Count(line => !line.StartsWith('#'))));
    }

    [Fact]
    public async Task A_block_that_is_larger_than_a_file_is_divided_between_windows()
    {
        OpenMetricsBackfill backfill = Create([], bytes: 2_000);
        for (int minute = 0; minute < 20; minute++)
        {
            await backfill.PublishAsync(WindowBuilder.At(minute).Total(online: minute, sent: 1).Final, Aborted);
        }
        await backfill.CompleteAsync(Aborted);

        Assert.InRange(backfill.Files.Count, 3, 19);
        Assert.Equal(20, (await Task.WhenAll(backfill.Files.Select(file => File.ReadAllLinesAsync(file, Aborted))))
            .Sum(lines => lines.Count(line => line.StartsWith("im_online_users ", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Windows_of_the_last_three_hours_are_refused_with_the_reason_and_the_others_written()
    {
        OpenMetricsBackfill backfill = Create([], notAfterMs: WindowBuilder.Start + 120_000);
        for (int minute = 0; minute < 4; minute++)
        {
            await backfill.PublishAsync(WindowBuilder.At(minute).Total(online: minute).Final, Aborted);
        }

        IOException refusal = await Assert.ThrowsAsync<OutputRefusedException>(() => backfill.CompleteAsync(Aborted).AsTask());

        Assert.Equal($"{File1}: 14 samples, windows that end from 2024-04-05T19:35:00Z to 2024-04-05T19:36:00Z; 2 windows from 2024-04-05T19:36:00Z on are refused: "
            + "Prometheus still writes the last 3 hours itself, and a block there would be lost in part; end the range with --to 2024-04-05T19:36:00Z, or send them with --remote-write",
            refusal.Message);
        Assert.Equal(2, (await File.ReadAllLinesAsync(File1, Aborted)).Count(line => line.StartsWith("im_online_users ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_was_saved_goes_on_to_the_same_files()
    {
        string[][] groups = [["region"]];
        FinalResults[] results = [.. Enumerable.Range(0, 300).Select(minute => WindowBuilder.At(minute)
            .Total(online: minute, samples: [(uint)minute], sent: 3, delivered: 1).Group(0, [minute % 7 == 0 ? "quoted \" \\ and\nline" : "eu"], online: 1).Final)];
        OpenMetricsBackfill undisturbed = Create(groups, bytes: 60_000);
        foreach (FinalResults result in results)
        {
            await undisturbed.PublishAsync(result, Aborted);
        }
        await undisturbed.CompleteAsync(Aborted);
        string[] expected = [.. await Task.WhenAll(undisturbed.Files.Select(file => File.ReadAllTextAsync(file, Aborted)))];
        foreach (string file in undisturbed.Files)
        {
            File.Delete(file);
        }

        // Broken off at any place: some windows after what was saved last, with one more save that nobody noted.
        OpenMetricsBackfill first = Create(groups, bytes: 60_000);
        JsonNode? noted = null;
        for (int i = 0; i < 250; i++)
        {
            await first.PublishAsync(results[i], Aborted);
            if (i is 99 or 199)
            {
                JsonNode? saved = await first.SaveAsync(Aborted);
                noted = i == 99 ? saved : noted;
            }
        }
        OpenMetricsBackfill second = Create(groups, bytes: 60_000, saved: JsonNode.Parse(noted!.ToJsonString()));
        foreach (FinalResults result in results.Skip(100))
        {
            await second.PublishAsync(result, Aborted);
        }
        string? said = await second.CompleteAsync(Aborted);

        Assert.Equal(expected, await Task.WhenAll(second.Files.Select(file => File.ReadAllTextAsync(file, Aborted))));
        Assert.True(expected.Length > 2);
        Assert.Equal(second.Files.Order(StringComparer.Ordinal), _folder.GetFiles().Select(file => file.FullName).Where(file => !file.Contains(".saved-", StringComparison.Ordinal) && !file.EndsWith(OpenMetricsBackfill.Unfinished, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains($"{undisturbed.Samples} samples", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_broke_off_does_not_look_complete_and_an_earlier_replay_is_not_mixed_in()
    {
        OpenMetricsBackfill backfill = Create([], bytes: 2_000);
        for (int minute = 0; minute < 20; minute++)
        {
            await backfill.PublishAsync(WindowBuilder.At(minute).Total(online: minute, sent: 1).Final, Aborted);
        }
        await backfill.DisposeAsync();
        Assert.True(_folder.GetFiles().Length > 1);
        Assert.All(_folder.GetFiles(), file => Assert.EndsWith(OpenMetricsBackfill.Unfinished, file.Name, StringComparison.Ordinal));

        string second = Path.Combine(_folder.FullName, "backfill-0002.om");
        await File.WriteAllTextAsync(second, "", Aborted);
        Assert.Equal($"{second}: is there from an earlier replay, and would be taken for a part of this one; move it away", Assert.Throws<IOException>(() => Create([])).Message);
    }

    [Fact]
    public async Task Files_are_verified_before_they_get_their_names()
    {
        FileVerifier verifier = new();
        OpenMetricsBackfill backfill = Create([], bytes: 2_000, verifier: verifier);
        for (int minute = 0; minute < 20; minute++)
        {
            await backfill.PublishAsync(WindowBuilder.At(minute).Total(online: minute, sent: 1).Final, Aborted);
        }

        Assert.Equal("no good", (await Assert.ThrowsAsync<OutputRefusedException>(async () => await backfill.CompleteAsync(Aborted))).Message);

        Assert.True(verifier.Files.Count > 1);
        Assert.Equal(backfill.Samples, verifier.Files.Sum(file => File.ReadLines(file).Count(line => !line.StartsWith('#'))));
        Assert.Equal(verifier.Files.Order(StringComparer.Ordinal), _folder.GetFiles().Select(file => file.FullName).Order(StringComparer.Ordinal));
        Assert.All(verifier.Files, file => Assert.EndsWith(OpenMetricsBackfill.Unfinished, file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_target_has_with_another_value_is_refused_in_mid_replay()
    {
        MemoryStore store = new([]);
        // the same in all windows but one
        store.Write(Enumerable.Range(0, 20).Select(minute => WindowBuilder.At(minute).Total(online: minute == 15 ? 99 : minute, sent: 1)));
        ExternalLabels labels = new([new("job", "im"), new("instance", "a:1")]);
        OpenMetricsBackfill backfill = new(new(File1, labels, long.MaxValue) { FileBytes = 2_000 }, [], new(store, labels), null, null);
        int published = 0;

        OutputRefusedException refused = await Assert.ThrowsAsync<OutputRefusedException>(async () =>
        {
            for (; published < 40; published++)
            {
                await backfill.PublishAsync(WindowBuilder.At(published).Total(online: published, sent: 1).Final, Aborted);
            }
        });
        await backfill.DisposeAsync();

        Assert.InRange(published, 15, 39);
        Assert.Equal($"{File1}: Prometheus has im_online_users{{instance=\"a:1\",job=\"im\"}} at {TimeText.Of(WindowBuilder.At(15).Window.EndMs)} already, as 99 and not 15, and would keep that: "
            + "delete the series there first (api/v1/admin/tsdb/delete_series), or give these another label with --label", refused.Message);
        Assert.All(_folder.GetFiles(), file => Assert.EndsWith(OpenMetricsBackfill.Unfinished, file.Name, StringComparison.Ordinal));
    }

    private sealed class FileVerifier : IBackfillVerifier
    {
        public IReadOnlyList<string> Files { get; private set; } = [];

        public Task<string> VerifyAsync(IReadOnlyList<string> files, long samples, CancellationToken cancellation)
        {
            Files = files;
            throw new OutputRefusedException("no good");
        }
    }

    private static bool IsOfAGauge(string line) =>
        !line.Contains("_total", StringComparison.Ordinal) && !line.Contains("im_latency_seconds", StringComparison.Ordinal) && !line.Contains("aggregator_", StringComparison.Ordinal)
        && line.Length > 0 && line != "# EOF" && !line.Contains("im_sent_messages", StringComparison.Ordinal) && !line.Contains("im_delivered_messages", StringComparison.Ordinal)
        && !line.Contains("im_received_messages", StringComparison.Ordinal) && !line.Contains("im_acks ", StringComparison.Ordinal) && !line.Contains("im_ack_errors ", StringComparison.Ordinal);

    /// <summary>Labels sorted, as the file has them and the page has not, and numbers without ".0".</summary>
    private static string Normal(string line)
    {
        if (line.StartsWith('#'))
        {
            return line;
        }
        int space = line.LastIndexOf(' ');
        string value = double.Parse(line.AsSpan(space), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        string[] series = line[..space].TrimEnd('}').Split('{');
        return series.Length == 1 ? $"{series[0]} {value}" : $"{series[0]}{{{string.Join(',', series[1].Split(',').Order(StringComparer.Ordinal))}}} {value}";
    }

    private OpenMetricsBackfill Create(string[][] groups, KeyValuePair<string, string>? label = null, long bytes = OpenMetricsBackfill.DefaultFileBytes,
        long notAfterMs = long.MaxValue, JsonNode? saved = null, IBackfillVerifier? verifier = null) =>
        new(new(File1, label is { } one ? new([one]) : ExternalLabels.None, notAfterMs) { FileBytes = bytes }, groups, null, verifier, saved);

    private const string Expected = """
        im_window_end_timestamp_seconds{job="im",result="activity"} 1712345700 1712345700
        im_window_end_timestamp_seconds{job="im",result="activity"} 1712345760 1712345760
        im_window_end_timestamp_seconds{job="im",result="delivery"} 1712345700 1712345700
        im_window_end_timestamp_seconds{job="im",result="delivery"} 1712345760 1712345760
        im_online_users{job="im"} 5 1712345700
        im_online_users{job="im"} 6 1712345760
        im_online_users_by_region_app_version{job="im",region="eu"} 3 1712345700
        im_window_received_messages{job="im"} 10 1712345700
        im_window_received_messages{job="im"} 0 1712345760
        im_window_received_messages_by_region_app_version{job="im",region="eu"} 0 1712345700
        im_latency_p50_seconds{job="im"} 0.049 1712345700
        im_latency_p95_seconds{job="im"} 0.12 1712345700
        im_latency_p99_seconds{job="im"} 0.12 1712345700
        im_latency_mean_seconds{job="im"} 0.0612 1712345700
        im_latency_max_seconds{job="im"} 0.12 1712345700
        im_window_acks{job="im"} 8 1712345700
        im_window_acks{job="im"} 0 1712345760
        im_window_acks_by_region_app_version{job="im",region="eu"} 1 1712345700
        im_window_ack_errors{code="E_\"X\"\\\n",job="im"} 2 1712345700
        im_window_sent_messages{job="im"} 10 1712345700
        im_window_sent_messages{job="im"} 3 1712345760
        im_window_sent_messages_by_region_app_version{job="im",region="eu"} 0 1712345700
        im_window_delivered_messages{job="im"} 8 1712345700
        im_window_delivered_messages{job="im"} 1 1712345760
        im_window_delivered_messages_by_region_app_version{job="im",region="eu"} 0 1712345700
        im_delivery_ratio{job="im"} 0.8 1712345700
        im_delivery_ratio{job="im"} 0.3333333333333333 1712345760
        im_delivery_ratio_lower{job="im"} 0.497225504 1712345700
        im_delivery_ratio_lower{job="im"} 0.038747618 1712345760
        im_delivery_ratio_upper{job="im"} 0.955940586 1712345700
        im_delivery_ratio_upper{job="im"} 0.823263903 1712345760
        # EOF

        """;
}

using System.Text.Json.Nodes;
using Aggregator.Core.Comparison;
using Aggregator.Core.Publishing;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Comparison;

/// <summary>Windows against what is stored of them: what is found, where, and which cause is named.</summary>
public sealed class StoredComparisonTests : IAsyncDisposable
{
    private static readonly string[][] Groups = [["region"]];

    private readonly MemoryStore _store = new(Groups);
    private readonly ListedDifferences _differences = new();

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _differences.DisposeAsync();

    [Theory]
    [InlineData("scraped")]
    [InlineData("written")]
    [InlineData("both")]
    [InlineData("two instances, one after the other")]
    public async Task Windows_that_are_stored_as_they_were_computed_are_equal(string how)
    {
        WindowBuilder[] windows = Windows(10);
        switch (how)
        {
            case "scraped":
                _store.Scrape(windows);
                break;
            case "written":
                _store.Write(windows);
                break;
            case "both":
                _store.Scrape(windows);
                _store.Write(windows);
                break;
            default:
                _store.Scrape(windows, untilMs: windows[5].Window.EndMs);
                _store.Scrape(windows, instance: "b:1");
                break;
        }

        string? said = await CompareAsync(windows);

        Assert.Matches(@"^http://p: 10 windows compared, all \d{3} values are equal$", said!);
        Assert.Empty(_differences.All);
    }

    [Fact]
    public async Task A_value_that_differs_is_shown_with_where_it_is_stored()
    {
        WindowBuilder[] windows = Windows(6);
        WindowBuilder[] stored = [.. windows];
        stored[3] = At(3).Total(online: 9, samples: [49, 120], acks: 8, errors: [("E", 1)], sent: 10, delivered: 8).Group(0, ["eu"], online: 3, samples: [120], sent: 4, delivered: 2);
        _store.Scrape(stored);

        OutputRefusedException refusal = await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        WindowDifference difference = Assert.Single(_differences.All);
        Assert.Equal((windows[3].Window, ResultKind.Activity, "{instance=\"a:1\",job=\"im\"}"), (difference.Window, difference.Result, difference.At!.Source));
        Assert.False(difference.At.IsWritten);
        ValueDifference value = Assert.Single(difference.Values);
        Assert.Equal(("im_online_users", 5, 9), (value.Series.Family.Name, value.Computed, value.Stored));
        Assert.Equal(DifferenceCause.RecordsGone, difference.Causes[0].Cause);
        Assert.Matches(@"^http://p: 6 windows compared: 1 differ \(1 of \d+ values\), of 0 a result is not stored$", refusal.Message);
    }

    [Fact]
    public async Task A_series_that_is_there_and_should_not_be_and_one_that_is_not_are_differences()
    {
        WindowBuilder[] windows = Windows(4);
        WindowBuilder[] stored = [.. windows];
        stored[1] = At(1).Total(online: 5, samples: [49, 120], acks: 8, errors: [("OTHER", 1)], sent: 10, delivered: 8).Group(0, ["eu"], online: 3, samples: [120], sent: 4, delivered: 2);
        _store.Write(stored);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        WindowDifference difference = Assert.Single(_differences.All);
        Assert.True(difference.At!.IsWritten);
        Assert.Equal(
            [("E", 1.0, null), ("OTHER", null, 1.0)],
            difference.Values.Select(value => (value.Series.LabelValues[0], value.Computed, value.Stored)));
    }

    [Theory]
    [InlineData("aggregator_late_facts_total{reason=\"after_idle\"", DifferenceCause.LateAfterIdle)]
    [InlineData("aggregator_lost_records_total", DifferenceCause.LostRecords)]
    [InlineData("aggregator_limited_facts_total", DifferenceCause.Limited)]
    [InlineData("nothing", DifferenceCause.Unknown)]
    public async Task Less_than_computed_is_explained_by_the_counters_that_grew(string counter, DifferenceCause cause)
    {
        WindowBuilder[] windows = Windows(6);
        WindowBuilder[] stored = [.. windows];
        stored[2] = At(2).Total(online: 4, samples: [49], acks: 8, errors: [("E", 1)], sent: 10, delivered: 8).Group(0, ["eu"], online: 3, samples: [120], sent: 4, delivered: 2);
        _store.Scrape(stored);
        _store.Growth[counter] = 3.2;

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        LikelyCause found = Assert.Single(Assert.Single(_differences.All).Causes);
        Assert.Equal(cause, found.Cause);
        Assert.Contains(cause == DifferenceCause.Unknown ? $"replay --explain {windows[2].Window.StartMs}" : "about 3", found.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_all_windows_differ_other_settings_are_likely_and_a_start_is_named()
    {
        WindowBuilder[] windows = Windows(5);
        _store.Scrape([.. Enumerable.Range(0, 5).Select(minute => At(minute).Total(online: 5, samples: [49, 120], acks: 8, errors: [("E", 1)], sent: 10, delivered: 7)
            .Group(0, ["eu"], online: 3, samples: [120], sent: 4, delivered: 2))]);
        _store.Add("process_start_time_seconds", windows[2].Window.EndMs, windows[2].Window.EndMs / 1000.0);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        Assert.Equal(5, _differences.All.Count);
        Assert.All(_differences.All, difference => Assert.Equal((ResultKind.Delivery, DifferenceCause.SettingsChanged), (difference.Result, difference.Causes[0].Cause)));
        Assert.Contains("5 of 5 windows around it", _differences.All[0].Causes[0].Evidence, StringComparison.Ordinal);
        Assert.Equal(DifferenceCause.Restart, _differences.All[2].Causes[^1].Cause);
    }

    [Fact]
    public async Task A_set_of_dimensions_that_is_not_stored_was_not_configured()
    {
        _store.Scrape([.. Enumerable.Range(0, 4).Select(minute => At(minute).Total(online: 5, samples: [49, 120], acks: 8, errors: [("E", 1)], sent: 10, delivered: 8))]);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(Windows(4)));

        Assert.All(_differences.All, difference => Assert.Equal(
            "no series of im_…_by_region is stored for this window: the service had other Aggregation:Groups", difference.Causes[0].Evidence));
    }

    [Fact]
    public async Task Scrapes_that_are_missing_leave_windows_out()
    {
        WindowBuilder[] windows = Windows(12);
        _store.Scrape(windows);
        long from = windows[4].Window.EndMs, to = windows[7].Window.EndMs;
        _store.Remove(time => time > from && time < to);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        Assert.NotEmpty(_differences.All);
        Assert.All(_differences.All, difference => Assert.Equal((DifferenceCause.MissingScrape, true), (difference.Causes[0].Cause, difference.At is null)));
        Assert.Contains(" s, and usually every 15 s", _differences.All[0].Causes[0].Evidence, StringComparison.Ordinal);
        Assert.Equal([4, 5], _differences.All.Where(difference => difference.Result == ResultKind.Activity).Select(difference => Array.FindIndex(windows, window => window.Window == difference.Window)));
    }

    [Theory]
    [InlineData(true, DifferenceCause.Silence)]
    [InlineData(false, DifferenceCause.PassedOver)]
    public async Task Windows_that_became_final_together_were_passed_over(bool areEmpty, DifferenceCause cause)
    {
        WindowBuilder[] windows = [.. Enumerable.Range(0, 12).Select(minute => minute is >= 4 and < 8 && areEmpty ? At(minute).Total() : Window(minute))];
        // Nobody sees the four: the page goes on with the one behind them.
        _store.Scrape([.. windows[..4], .. windows[8..]]);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        Assert.Equal(8, _differences.All.Count);
        Assert.All(_differences.All, difference => Assert.Equal(cause, difference.Causes[0].Cause));
    }

    [Fact]
    public async Task Before_the_first_and_behind_the_last_recording_nothing_was_recorded()
    {
        WindowBuilder[] windows = Windows(12);
        _store.Scrape(windows[4..8], untilMs: windows[7].Window.EndMs + 90_000);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        Assert.All(_differences.All, difference => Assert.Equal(DifferenceCause.NothingRecorded, difference.Causes[0].Cause));
        Assert.StartsWith("the first that is recorded, at ", _differences.All[0].Causes[0].Evidence, StringComparison.Ordinal);
        Assert.StartsWith("the last that is recorded, at ", _differences.All[^1].Causes[0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_stored_it_is_said()
    {
        OutputRefusedException refusal = await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(Windows(3)));

        Assert.Equal("http://p: 3 windows compared: none of them is stored there", refusal.Message);
        Assert.Contains("do the labels of --diff-match fit", _differences.All[0].Causes[0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_that_were_not_written_are_told_from_scrapes()
    {
        WindowBuilder[] windows = Windows(8);
        _store.Write([.. windows[..3], .. windows[4..]]);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));

        Assert.Equal(2, _differences.All.Count);
        Assert.All(_differences.All, difference => Assert.Equal((DifferenceCause.NotWritten, windows[3].Window), (difference.Causes[0].Cause, difference.Window)));
    }

    [Fact]
    public async Task Windows_of_another_size_are_noticed()
    {
        _store.Write([.. Enumerable.Range(0, 8).Select(i => new WindowBuilder(WindowBuilder.Start + (i * 120_000), 120_000).Total(online: 1))]);

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync([.. Enumerable.Range(0, 16).Select(minute => At(minute).Total(online: 1))]));

        Assert.Contains(_differences.All, difference => difference.At is null
            && difference.Causes[0].Evidence == "the windows that are recorded end 120 s apart and more: the service had another Aggregation:Window");
    }

    [Fact]
    public async Task The_labels_of_the_match_choose_among_services()
    {
        WindowBuilder[] windows = Windows(3);
        _store.Scrape(windows);
        _store.Scrape([.. windows.Select((_, minute) => At(minute).Total(online: 1))], instance: "other:1");

        await Assert.ThrowsAsync<OutputRefusedException>(() => CompareAsync(windows));
        string? said = await CompareAsync(windows, match: new ExternalLabels([new("instance", "a:1")]));

        Assert.Contains("are equal", said, StringComparison.Ordinal);
        Assert.All(_differences.All, difference => Assert.Contains("other:1", difference.At!.Source, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answers_stay_small_where_scrapes_are_many_and_groups_too()
    {
        WindowBuilder[] windows =
        [
            .. Enumerable.Range(0, 12).Select(minute =>
            {
                WindowBuilder window = At(minute).Total(online: 5);
                foreach (int region in Enumerable.Range(0, 60))
                {
                    window.Group(0, [$"r{region}"], online: region + 1);
                }
                return window;
            }),
        ];
        _store.Scrape(windows, stepMs: 1_000);

        string? said = await CompareAsync(windows);

        Assert.Contains("are equal", said, StringComparison.Ordinal);
        Assert.InRange(_store.Answers.Max(), 1, 200_000);
        Assert.InRange(_store.Answers.Count, 2, 40);
    }

    [Fact]
    public async Task A_comparison_that_goes_on_counts_on()
    {
        WindowBuilder[] windows = Windows(6);
        _store.Write([.. windows[..2], .. windows[3..]]);
        JsonNode? saved;
        await using (StoredComparison first = Create(null, ExternalLabels.None))
        {
            await PublishAsync(first, windows[..4]);
            saved = JsonNode.Parse((await first.SaveAsync(Aborted))!.ToJsonString());
        }
        await using StoredComparison second = Create(saved, ExternalLabels.None);
        await PublishAsync(second, windows[4..]);

        OutputRefusedException refusal = await Assert.ThrowsAsync<OutputRefusedException>(() => second.CompleteAsync(Aborted).AsTask());

        Assert.Matches(@"^http://p: 6 windows compared: 0 differ \(0 of \d+ values\), of 1 a result is not stored$", refusal.Message);
    }

    private static WindowBuilder At(int minute) => WindowBuilder.At(minute);

    private static WindowBuilder Window(int minute) => At(minute).Total(online: 5, samples: [49, 120], acks: 8, errors: [("E", 1)], sent: 10, delivered: 8)
        .Group(0, ["eu"], online: 3, samples: [120], sent: 4, delivered: 2);

    private static WindowBuilder[] Windows(int count) => [.. Enumerable.Range(0, count).Select(Window)];

    private static async Task PublishAsync(StoredComparison comparison, IEnumerable<WindowBuilder> windows)
    {
        foreach (WindowBuilder window in windows)
        {
            await comparison.PublishAsync(window.Final, Aborted);
        }
    }

    private StoredComparison Create(JsonNode? saved, ExternalLabels match) => new(new("http://p", match, ComparisonOptions.DefaultWithin), Groups, _store, _differences, saved);

    private async Task<string?> CompareAsync(WindowBuilder[] windows, ExternalLabels? match = null)
    {
        await using StoredComparison comparison = Create(null, match ?? ExternalLabels.None);
        await PublishAsync(comparison, windows);
        return await comparison.CompleteAsync(Aborted);
    }
}

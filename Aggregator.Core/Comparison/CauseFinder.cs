using System.Globalization;
using Aggregator.Core.Publishing;

namespace Aggregator.Core.Comparison;

/// <summary>
/// Guesses, from what is recorded around a window, why it is not recorded as it should be. Never certain: it says what it goes by.
/// </summary>
/// <param name="evidence">What the service said of itself.</param>
/// <param name="recorded">Which windows are recorded when, of the result in question.</param>
/// <param name="sizeMs">The size of a window.</param>
/// <param name="spanFromMs">From when on it was looked for recordings.</param>
/// <param name="spanToMs">Until when.</param>
internal sealed class CauseFinder(ServiceEvidence evidence, RecordedWindows recorded, long sizeMs, long spanFromMs, long spanToMs)
{
    // A scrape may be late by half an interval without one missing.
    private const double LateScrape = 1.5;

    // Fewer windows may all differ by chance.
    private const int Several = 3;

    private static readonly HashSet<string> Counts =
        ["im_online_users", "im_window_received_messages", "im_window_acks", "im_window_sent_messages", "im_window_delivered_messages"];

    private readonly long? _intervalMs = recorded.IntervalMs;
    private readonly LikelyCause? _otherWindow = OtherWindow(recorded, sizeMs);

    /// <summary>Why a window is not recorded at all.</summary>
    public IReadOnlyList<LikelyCause> OfMissing(ComputedWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        if (recorded.Count == 0)
        {
            return [new(DifferenceCause.NothingRecorded, $"nothing is recorded from {TimeText.Of(spanFromMs)} to {TimeText.Of(spanToMs)}: is this the Prometheus that scrapes the service, do the labels of --diff-match fit, does its retention reach so far back?")];
        }
        if (_otherWindow is not null)
        {
            return [_otherWindow];
        }
        (Recording? before, Recording? after) = recorded.Around(window.Window.EndMs);
        if (before is null || after is null)
        {
            return [Edge(before, after)];
        }
        if (recorded.IsWritten)
        {
            return [new(DifferenceCause.NotWritten, $"samples are written here, of {TimeText.Of(before.WindowEndMs)} and of {TimeText.Of(after.WindowEndMs)} and of nothing between: not sent, or refused by the receiver"), .. Started(before.TimeMs, after.TimeMs)];
        }
        LikelyCause[] started = Started(before.TimeMs, after.TimeMs);
        long gapMs = after.TimeMs - before.TimeMs;
        if (_intervalMs is { } interval && gapMs > interval * LateScrape)
        {
            return [new(DifferenceCause.MissingScrape, $"nothing was scraped from {TimeText.Of(before.TimeMs)} to {TimeText.Of(after.TimeMs)}, {Length(gapMs)}, and usually every {Length(interval)}"), .. started];
        }
        string passed = $"the page went from the window that ends at {TimeText.Of(before.WindowEndMs)} to that of {TimeText.Of(after.WindowEndMs)} between two scrapes, {Length(gapMs)} apart";
        return window.IsEmpty
            ? [new(DifferenceCause.Silence, passed + ": windows without records are given out with the next one that has some, and a scrape sees the last only"), .. started]
            : [new(DifferenceCause.PassedOver, passed + ": several windows became final at once, as when the service catches up, and a scrape sees the last only"), .. started];
    }

    /// <summary>Why a window is recorded with other values.</summary>
    /// <param name="window">The window.</param>
    /// <param name="result">Which of its results.</param>
    /// <param name="at">Where it is recorded.</param>
    /// <param name="values">What differs.</param>
    /// <param name="differing">How many of the recorded windows around it differ.</param>
    /// <param name="compared">How many there are.</param>
    public IReadOnlyList<LikelyCause> OfValues(
        ComputedWindow window, ResultKind result, Recording at, IReadOnlyList<ValueDifference> values, int differing, int compared)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(at);
        ArgumentNullException.ThrowIfNull(values);
        List<LikelyCause> causes = [];
        long end = window.Window.EndMs;
        long? started = evidence.StartBetween(window.Window.StartMs, at.TimeMs);
        if (MissingSets(window.Of(result), values) is { Length: > 0 } sets)
        {
            causes.Add(new(DifferenceCause.SettingsChanged, $"no series of {sets} is stored for this window: the service had other Aggregation:Groups"));
        }
        bool isLess = values.Any(value => Counts.Contains(FamilyOf(value)) && (value.Stored ?? 0) < (value.Computed ?? 0));
        bool isMore = values.Any(value => Counts.Contains(FamilyOf(value)) && (value.Stored ?? 0) > (value.Computed ?? 0));
        if (isLess)
        {
            AddGrown(causes, evidence.AfterIdle, end, DifferenceCause.LateAfterIdle,
                n => $"the service counted {n} late facts of partitions that had been idle (aggregator_late_facts_total{{reason=\"after_idle\"}}): the window was published when they came; a replay has no clock, and counts them");
            AddGrown(causes, started is null ? evidence.Lost : evidence.LostSinceStart, end, DifferenceCause.LostRecords,
                n => $"the service missed {n} records that retention took before it read them (aggregator_lost_records_total)");
        }
        AddGrown(causes, evidence.Limited, end, DifferenceCause.Limited, n => $"limits left out {n} facts (aggregator_limited_facts_total)");
        if (causes.Count == 0 && compared >= Several && differing * 10 >= compared * 9)
        {
            causes.Add(new(DifferenceCause.SettingsChanged,
                string.Create(CultureInfo.InvariantCulture, $"{differing} of {compared} windows around it that are recorded differ: the service had other settings (Lateness, AckTimeout, Identity, Fields, limits) or read other topics")));
        }
        if (isMore && causes.Count == 0)
        {
            causes.Add(new(DifferenceCause.RecordsGone, "the service counted more than this replay: retention took records since, the files do not have all, or the service had a longer Lateness"));
        }
        if (started is { } start)
        {
            causes.Add(new(DifferenceCause.Restart, $"the service was started at {TimeText.Of(start)}, before this window was recorded: perhaps with other settings"));
        }
        return causes.Count > 0 ? causes : [new(DifferenceCause.Unknown, string.Create(CultureInfo.InvariantCulture, $"nothing that is recorded points anywhere; 'replay --explain {window.Window.StartMs}' shows what is behind the window"))];
    }

    private static void AddGrown(List<LikelyCause> causes, IReadOnlyDictionary<long, double> growth, long endMs, DifferenceCause cause, Func<string, string> say)
    {
        if (growth.TryGetValue(endMs, out double grown) && grown >= 0.5)
        {
            // Prometheus' increase() is an estimate.
            causes.Add(new(cause, say("about " + Math.Round(grown).ToString(CultureInfo.InvariantCulture))));
        }
    }

    /// <summary>Sets of dimensions of which nothing at all is stored while others are.</summary>
    private static string MissingSets(IReadOnlyList<GaugeSample> computed, IReadOnlyList<ValueDifference> values)
    {
        HashSet<SeriesKey> absent = [.. values.Where(value => value.Stored is null).Select(value => value.Series)];
        ILookup<string, bool> isAbsent = computed.ToLookup(sample => SuffixOf(sample.Family), sample => absent.Contains(new(sample.Family, sample.LabelValues)));
        return isAbsent.All(set => set.All(missing => missing)) ? ""
            : string.Join(", ", isAbsent.Where(set => set.Key.Length > 0 && set.All(missing => missing)).Select(set => "im_…" + set.Key));
    }

    private static LikelyCause? OtherWindow(RecordedWindows recorded, long sizeMs)
    {
        if (recorded.Ends.FirstOrDefault(end => end % sizeMs != 0) is var odd && odd != 0)
        {
            return new(DifferenceCause.SettingsChanged, $"windows that end at {TimeText.Of(odd)} and the like are recorded: the service had another Aggregation:Window");
        }
        long[] ends = [.. recorded.Ends.Order()];
        long least = ends.Zip(ends.Skip(1), (first, second) => second - first).DefaultIfEmpty(sizeMs).Min();
        return ends.Length > Several && least > sizeMs
            ? new(DifferenceCause.SettingsChanged, $"the windows that are recorded end {Length(least)} apart and more: the service had another Aggregation:Window")
            : null;
    }

    private LikelyCause Edge(Recording? before, Recording? after) => before is null
        ? new(DifferenceCause.NothingRecorded, $"the first that is recorded, at {TimeText.Of(after!.TimeMs)}, is the window that ends at {TimeText.Of(after.WindowEndMs)}: neither the service nor this Prometheus went before, or the service began in the middle")
        : new(DifferenceCause.NothingRecorded, $"the last that is recorded, at {TimeText.Of(recorded.InTime[^1].TimeMs)}, is the window that ends at {TimeText.Of(before.WindowEndMs)}: the service or this Prometheus ended then, or the window is not final yet; looked for until {TimeText.Of(spanToMs)}");

    private LikelyCause[] Started(long fromMs, long toMs) =>
        evidence.StartBetween(fromMs, toMs) is { } start ? [new(DifferenceCause.Restart, $"the service was started at {TimeText.Of(start)}")] : [];

    private static string FamilyOf(ValueDifference value)
    {
        string name = value.Series.Family.Name;
        string suffix = SuffixOf(value.Series.Family);
        return name[..^suffix.Length];
    }

    /// <summary><c>_by_region</c>; empty for the total's.</summary>
    private static string SuffixOf(GaugeFamily family) =>
        family.Name.IndexOf("_by_", StringComparison.Ordinal) is >= 0 and var place ? family.Name[place..] : "";

    private static string Length(long ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.#} s");
}

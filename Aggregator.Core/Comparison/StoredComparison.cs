using System.Globalization;
using System.Text.Json.Nodes;
using Aggregator.Core.Publishing;
using Aggregator.Core.Stored;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Comparison;

/// <summary>
/// Compares each window of a replay with what is stored of it, scraped or written (ADR 20). Windows are gathered until they are worth some questions; memory is that of these
/// windows and one answer, whatever the range.
/// </summary>
public sealed class StoredComparison : IReplayOutput
{
    private const int MaxWindows = 240;
    private const int MaxSamples = 20_000;

    // Of one answer, about: some MB.
    private const int AnswerSamples = 100_000;

    private const long LongestAnswerMs = 24 * 3_600_000;

    // What was on the page before the first window tells why that one is missing.
    private static readonly long ContextMs = (long)TimeSpan.FromMinutes(5).TotalMilliseconds;

    private readonly ComparisonOptions _options;
    private readonly IMetricsStore _store;
    private readonly IDifferenceReport _report;
    private readonly WindowGauges _gauges;
    private readonly StoredValues _stored;
    private readonly EvidenceReader _evidence;
    private readonly long _withinMs;
    private readonly List<ComputedWindow> _windows = [];
    private int _samples;
    private ComparisonCounts _counts = new();

    /// <param name="options">How.</param>
    /// <param name="dimensionSets">The dimension sets of the settings.</param>
    /// <param name="store">What is asked; disposed with the comparison where that can be.</param>
    /// <param name="report">Takes what differs; disposed with the comparison.</param>
    /// <param name="saved">What <see cref="SaveAsync"/> gave; null to begin anew.</param>
    public StoredComparison(ComparisonOptions options, IReadOnlyList<IReadOnlyList<string>> dimensionSets, IMetricsStore store, IDifferenceReport report, JsonNode? saved)
    {
        _options = options;
        _store = store;
        _report = report;
        _gauges = new(dimensionSets);
        _stored = new(store, _gauges, options.Match);
        _withinMs = (long)options.Within.TotalMilliseconds;
        _evidence = new(store, _stored, _withinMs);
        if (saved is not null)
        {
            _counts = ComparisonCounts.Read(saved["counts"]!);
        }
    }

    public string Name => "diff " + _options.Name;

    public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        foreach (WindowResult window in results.Windows)
        {
            if (_windows.Count > 0 && window.Window.EndMs - _windows[^1].Window.EndMs > _withinMs + ContextMs)
            {
                // Between them is nothing to ask for.
                await CompareAsync(cancellation).ConfigureAwait(false);
            }
            ComputedWindow computed = new(window, Values(_gauges.Of(window.ToActivity())), Values(_gauges.Of(window)));
            _windows.Add(computed);
            _samples += computed.Count;
            if (_windows.Count >= MaxWindows || _samples >= MaxSamples)
            {
                await CompareAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation)
    {
        await CompareAsync(cancellation).ConfigureAwait(false);
        return new JsonObject { ["counts"] = _counts.ToJson(), ["report"] = _report.Save() };
    }

    /// <exception cref="OutputRefusedException">Something differs; the message says how much.</exception>
    public async ValueTask<string?> CompleteAsync(CancellationToken cancellation)
    {
        await CompareAsync(cancellation).ConfigureAwait(false);
        _report.Complete();
        string compared = string.Create(CultureInfo.InvariantCulture, $"{_options.Name}: {_counts.Windows} windows compared");
        if (_counts.Windows > 0 && _counts.Recorded == 0)
        {
            throw new OutputRefusedException($"{compared}: none of them is stored there");
        }
        return _counts is { Differing: 0, Missing: 0 }
            ? string.Create(CultureInfo.InvariantCulture, $"{compared}, all {_counts.Values} values are equal")
            : throw new OutputRefusedException(string.Create(CultureInfo.InvariantCulture,
                $"{compared}: {_counts.Differing} differ ({_counts.Differences} of {_counts.Values} values), of {_counts.Missing} a result is not stored"));
    }

    public async ValueTask DisposeAsync()
    {
        await _report.DisposeAsync().ConfigureAwait(false);
        _store.Dispose();
    }

    private static GaugeSample[] Values(IEnumerable<GaugeSample> samples) => [.. samples.Where(sample => sample.Family.Name != "im_window_end_timestamp_seconds")];

    private async Task CompareAsync(CancellationToken cancellation)
    {
        if (_windows.Count == 0)
        {
            return;
        }
        long fromMs = _windows[0].Window.EndMs - ContextMs - _windows[0].Window.SizeMs;
        long toMs = _windows[^1].Window.EndMs + _withinMs;
        RecordedWindows[] recorded = await RecordedAsync(fromMs, toMs, cancellation).ConfigureAwait(false);
        Dictionary<(string Source, long TimeMs), Dictionary<SeriesKey, double>> moments = Moments(recorded);
        await ReadAsync(moments, recorded, cancellation).ConfigureAwait(false);
        List<(ComputedWindow Window, ResultKind Result, Recording? At, List<ValueDifference> Values)> found = Find(recorded, moments);
        if (found.Count > 0)
        {
            ServiceEvidence evidence = await _evidence.ReadAsync(recorded, _windows[0].Window, _windows[^1].Window, fromMs, toMs, cancellation).ConfigureAwait(false);
            CauseFinder[] causes = [.. recorded.Select(of => new CauseFinder(evidence, of, _windows[0].Window.SizeMs, fromMs, toMs))];
            ILookup<ResultKind, bool> differing = found.ToLookup(difference => difference.Result, difference => difference.At is not null);
            foreach ((ComputedWindow window, ResultKind result, Recording? at, List<ValueDifference> values) in found)
            {
                _report.Take(new(window.Window, result, at, values, at is null
                    ? causes[(int)result].OfMissing(window)
                    : causes[(int)result].OfValues(window, result, at, values, differing[result].Count(isRecorded => isRecorded), Compared(recorded[(int)result]))));
            }
        }
        _windows.Clear();
        _samples = 0;
    }

    /// <summary>How many recordings of windows with facts there are to compare with.</summary>
    private int Compared(RecordedWindows recorded) => _windows.Where(window => !window.IsEmpty).Sum(window => recorded.Of(window.Window.EndMs).Count);

    private async Task<RecordedWindows[]> RecordedAsync(long fromMs, long toMs, CancellationToken cancellation)
    {
        // Twice the windows of a slice are usual, and with scrapes every second it is a few hours in one answer.
        long chunkMs = Math.Max(_windows[0].Window.SizeMs * PrometheusStore.MaxPoints / 60, 1_000L * PrometheusStore.MaxPoints);
        Dictionary<(ResultKind, string), List<StoredSample>> samples = [];
        for (long from = fromMs; from <= toMs; from += chunkMs)
        {
            foreach ((ResultKind result, string source, IReadOnlyList<StoredSample> part) in
                await _stored.EndsAsync(from, Math.Min(toMs, from + chunkMs - 1), cancellation).ConfigureAwait(false))
            {
                if (!samples.TryGetValue((result, source), out List<StoredSample>? all))
                {
                    samples.Add((result, source), all = []);
                }
                all.AddRange(part);
            }
        }
        return [.. Enum.GetValues<ResultKind>().Select(result => new RecordedWindows(
            samples.Where(of => of.Key.Item1 == result).Select(of => (of.Key.Item2, (IReadOnlyList<StoredSample>)of.Value))))];
    }

    private Dictionary<(string Source, long TimeMs), Dictionary<SeriesKey, double>> Moments(RecordedWindows[] recorded)
    {
        Dictionary<(string Source, long TimeMs), Dictionary<SeriesKey, double>> moments = [];
        foreach (Recording recording in _windows.SelectMany(window => recorded.SelectMany(of => of.Of(window.Window.EndMs))))
        {
            moments.TryAdd((recording.Source, recording.TimeMs), []);
        }
        return moments;
    }

    private async Task ReadAsync(
        Dictionary<(string Source, long TimeMs), Dictionary<SeriesKey, double>> moments, RecordedWindows[] recorded, CancellationToken cancellation)
    {
        // An answer has all samples of its time, those of scrapes that nobody needs too: so the more there are, the shorter it is, down to a single moment.
        long series = _windows.Max(window => window.Count);
        double samplesPerMs = recorded.Max(of => of.PerMs) * series;
        long answerMs = samplesPerMs * LongestAnswerMs <= AnswerSamples ? LongestAnswerMs : (long)(AnswerSamples / samplesPerMs);
        long[] times = [.. moments.Keys.Select(moment => moment.TimeMs).Distinct().Order()];
        for (int first = 0, next; first < times.Length; first = next)
        {
            for (next = first + 1; next < times.Length && times[next] - times[first] <= answerMs; next++)
            {
            }
            await _stored.ReadAsync(moments, times[first], times[next - 1], cancellation).ConfigureAwait(false);
        }
    }

    private List<(ComputedWindow Window, ResultKind Result, Recording? At, List<ValueDifference> Values)> Find(
        RecordedWindows[] recorded, Dictionary<(string Source, long TimeMs), Dictionary<SeriesKey, double>> moments)
    {
        List<(ComputedWindow Window, ResultKind Result, Recording? At, List<ValueDifference> Values)> found = [];
        foreach (ComputedWindow window in _windows)
        {
            bool isMissing = false, isDifferent = false, isRecorded = false;
            foreach (ResultKind result in Enum.GetValues<ResultKind>())
            {
                IReadOnlyList<Recording> recordings = recorded[(int)result].Of(window.Window.EndMs);
                if (recordings.Count == 0)
                {
                    isMissing = true;
                    found.Add((window, result, null, []));
                }
                foreach (Recording recording in recordings)
                {
                    isRecorded = true;
                    List<ValueDifference> values = Compare(window.Of(result), moments[(recording.Source, recording.TimeMs)], result);
                    if (values.Count > 0)
                    {
                        isDifferent = true;
                        found.Add((window, result, recording, values));
                    }
                }
            }
            _counts = _counts with
            {
                Windows = _counts.Windows + 1,
                Missing = _counts.Missing + (isMissing ? 1 : 0),
                Differing = _counts.Differing + (isDifferent ? 1 : 0),
                Recorded = _counts.Recorded + (isRecorded ? 1 : 0),
            };
        }
        return found;
    }

    private List<ValueDifference> Compare(IReadOnlyList<GaugeSample> computed, Dictionary<SeriesKey, double> stored, ResultKind result)
    {
        List<ValueDifference> differences = [];
        HashSet<SeriesKey> known = [];
        foreach (GaugeSample sample in computed)
        {
            SeriesKey key = new(sample.Family, sample.LabelValues);
            known.Add(key);
            double? value = stored.TryGetValue(key, out double there) ? there : null;
            if (value != sample.Value)
            {
                differences.Add(new(key, sample.Value, value));
            }
        }
        // One moment may be about another window in the other result: its families are none of this one's.
        differences.AddRange(stored.Where(of => WindowGauges.IsDelivery(of.Key.Family) == (result == ResultKind.Delivery) && !known.Contains(of.Key))
            .OrderBy(of => of.Key.Family.Name, StringComparer.Ordinal).Select(of => new ValueDifference(of.Key, null, of.Value)));
        _counts = _counts with { Values = _counts.Values + known.Count, Differences = _counts.Differences + differences.Count };
        return differences;
    }
}

using Aggregator.Core.Publishing;
using Aggregator.Core.Stored;

namespace Aggregator.Core.Comparison;

/// <summary>The gauges of windows as they are stored: asks for them, and tells of each series whose it is.</summary>
internal sealed class StoredValues
{
    private const string EndFamily = "im_window_end_timestamp_seconds";

    private readonly IMetricsStore _store;
    private readonly Dictionary<string, GaugeFamily> _families;
    private readonly ExternalLabels _match;
    private readonly string _names;

    public StoredValues(IMetricsStore store, WindowGauges gauges, ExternalLabels match)
    {
        _store = store;
        _families = gauges.Families.ToDictionary(family => family.Name);
        _match = match;
        // All sets of dimensions at once, so that the question stays short.
        _names = string.Join('|', new WindowGauges([]).Families.Select(family => family.Name).Where(name => name != EndFamily));
    }

    /// <summary>A selector of a family of the service, with further matchers.</summary>
    public string Selector(string name, string matchers = "") => LabelText.Selector(name, matchers, _match.All);

    /// <summary>Which windows were recorded in a time.</summary>
    public async Task<IReadOnlyList<(ResultKind Result, string Source, IReadOnlyList<StoredSample> Samples)>> EndsAsync(long fromMs, long toMs, CancellationToken cancellation) =>
        [.. (await _store.SamplesAsync(Selector(EndFamily), fromMs, toMs, cancellation).ConfigureAwait(false))
            .Select(series => (series.Labels.GetValueOrDefault("result") == "delivery" ? ResultKind.Delivery : ResultKind.Activity, SourceOf(series, _families[EndFamily]), series.Samples))];

    /// <summary>Adds the values of all series at some moments.</summary>
    /// <param name="moments">By source and time: takes the values.</param>
    /// <param name="fromMs">The first of these times.</param>
    /// <param name="toMs">The last one.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task ReadAsync(IReadOnlyDictionary<(string Source, long TimeMs), Dictionary<SeriesKey, double>> moments, long fromMs, long toMs, CancellationToken cancellation)
    {
        string selector = Selector("", $"__name__=~\"({_names})(_by_.+)?\"");
        foreach (StoredSeries series in await _store.SamplesAsync(selector, fromMs, toMs, cancellation).ConfigureAwait(false))
        {
            // A set of dimensions that the replay does not have is nothing to compare with.
            if (!_families.TryGetValue(series.Name, out GaugeFamily? family))
            {
                continue;
            }
            string source = SourceOf(series, family);
            SeriesKey key = new(family, [.. family.Labels.Select(label => series.Labels.GetValueOrDefault(label, ""))]);
            foreach (StoredSample sample in series.Samples)
            {
                if (moments.TryGetValue((source, sample.TimeMs), out Dictionary<SeriesKey, double>? values))
                {
                    values[key] = sample.Value;
                }
            }
        }
    }

    private static string SourceOf(StoredSeries series, GaugeFamily family) =>
        $"{{{LabelText.Joined(series.Labels.Where(label => !family.Labels.Contains(label.Key)).OrderBy(label => label.Key, StringComparer.Ordinal))}}}";
}

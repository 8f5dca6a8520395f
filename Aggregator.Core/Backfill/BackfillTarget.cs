using System.Globalization;
using Aggregator.Core.Publishing;
using Aggregator.Core.Stored;

namespace Aggregator.Core.Backfill;

/// <summary>The Prometheus that a backfill is for. Of two samples of one time it keeps one without a word, so it is asked for those that it has before.</summary>
/// <param name="store">Asks it; is disposed with this.</param>
/// <param name="labels">The labels that all series of the backfill have: narrows the question.</param>
public sealed class BackfillTarget(IMetricsStore store, ExternalLabels labels) : IDisposable
{
    // An answer has what was scraped as well, four samples a minute: some 100,000 with this.
    private const int SeriesHours = 400;
    private const long ShortestMs = 60_000;
    private const long LongestMs = 2 * 3_600_000;

    private readonly string _selector = LabelText.Selector("", "__name__=~\"im_.+\"", labels.All);

    /// <summary>Looks for a time that is there already with another value.</summary>
    /// <param name="samples">What is to be written, series by series in the form of <c>name{label="value"}</c>.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>The first that was found, in words; null for none.</returns>
    /// <exception cref="IOException">Prometheus cannot be asked.</exception>
    public async Task<string?> FindOtherAsync(IEnumerable<(string Series, long TimeMs, double Value)> samples, CancellationToken cancellation)
    {
        List<(string Series, long TimeMs, double Value)> inTime = [.. samples.OrderBy(sample => sample.TimeMs)];
        int series = Math.Max(1, inTime.Select(sample => sample.Series).Distinct().Count());
        long span = Math.Clamp((long)SeriesHours * 3_600_000 / series, ShortestMs, LongestMs);
        for (int from = 0; from < inTime.Count;)
        {
            long end = inTime[from].TimeMs + span;
            int to = from;
            Dictionary<(string, long), double> values = [];
            for (; to < inTime.Count && inTime[to].TimeMs < end; to++)
            {
                values[(inTime[to].Series, inTime[to].TimeMs)] = inTime[to].Value;
            }
            IReadOnlyList<StoredSeries> stored = await store.SamplesAsync(_selector, inTime[from].TimeMs, inTime[to - 1].TimeMs, cancellation).ConfigureAwait(false);
            if (stored.Select(one => Other(one, values)).FirstOrDefault(found => found is not null) is { } other)
            {
                return other;
            }
            from = to;
        }
        return null;
    }

    public void Dispose() => store.Dispose();

    private static string? Other(StoredSeries stored, Dictionary<(string, long), double> values)
    {
        string series = OpenMetricsText.Series(stored.Name, stored.Labels.OrderBy(label => label.Key, StringComparer.Ordinal));
        foreach (StoredSample sample in stored.Samples)
        {
            if (values.TryGetValue((series, sample.TimeMs), out double value) && !value.Equals(sample.Value))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"Prometheus has {series} at {TimeText.Of(sample.TimeMs)} already, as {sample.Value} and not {value}, and would keep that: delete the series there first (api/v1/admin/tsdb/delete_series), or give these another label with --label");
            }
        }
        return null;
    }
}

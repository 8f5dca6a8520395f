using System.Globalization;
using Aggregator.Core.Stored;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Comparison;

/// <summary>Asks what the service said of itself in the time of some windows; only where something differs.</summary>
internal sealed class EvidenceReader(IMetricsStore store, StoredValues stored, long withinMs)
{
    // Instances whose starts are asked for.
    private const int MaxSources = 8;

    /// <param name="recorded">What is recorded of the windows: whose starts matter.</param>
    /// <param name="first">The first window.</param>
    /// <param name="last">The last one.</param>
    /// <param name="fromMs">From when on starts matter.</param>
    /// <param name="toMs">Until when.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ServiceEvidence> ReadAsync(
        IEnumerable<RecordedWindows> recorded, WindowSpan first, WindowSpan last, long fromMs, long toMs, CancellationToken cancellation)
    {
        List<long> starts = [];
        foreach (string source in recorded.SelectMany(of => of.InTime).Select(recording => recording.Source).Distinct().Take(MaxSources))
        {
            // The text of a source is a list of matchers.
            IReadOnlyList<StoredSeries> found = await store.SamplesAsync("process_start_time_seconds" + source, fromMs, toMs, cancellation).ConfigureAwait(false);
            starts.AddRange(found.SelectMany(series => series.Samples).Select(sample => (long)(sample.Value * 1000)));
        }
        return new(
            await OverTimeAsync("increase", "aggregator_late_facts_total", "reason=\"after_idle\"", first, last, cancellation).ConfigureAwait(false),
            await OverTimeAsync("increase", "aggregator_lost_records_total", "", first, last, cancellation).ConfigureAwait(false),
            await OverTimeAsync("max_over_time", "aggregator_lost_records_total", "", first, last, cancellation).ConfigureAwait(false),
            await OverTimeAsync("increase", "aggregator_limited_facts_total", "", first, last, cancellation).ConfigureAwait(false),
            [.. starts.Distinct().Order()]);
    }

    /// <summary>By the end of a window: what a function gives of a counter from the window's start to as long behind its end as values are looked for.</summary>
    private async Task<IReadOnlyDictionary<long, double>> OverTimeAsync(string function, string counter, string matchers, WindowSpan first, WindowSpan last, CancellationToken cancellation)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"sum({function}({stored.Selector(counter, matchers)}[{withinMs + first.SizeMs}ms]))");
        IReadOnlyList<StoredSample> steps = await store.StepsAsync(query, first.EndMs + withinMs, last.EndMs + withinMs, first.SizeMs, cancellation).ConfigureAwait(false);
        return steps.GroupBy(step => step.TimeMs - withinMs).ToDictionary(of => of.Key, of => of.First().Value);
    }
}

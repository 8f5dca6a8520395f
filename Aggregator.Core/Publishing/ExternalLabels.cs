using System.Text.RegularExpressions;

namespace Aggregator.Core.Publishing;

/// <summary>
/// Labels that series bear besides their own where no scrape adds them: <c>job</c> and <c>instance</c> above all, so that written series are the same as scraped ones.
/// </summary>
public sealed partial class ExternalLabels
{
    private static readonly string[] OwnLabels = ["code", "le", "quantile", "result"];

    private readonly KeyValuePair<string, string>[] _labels;

    /// <param name="labels">Names and values without <see cref="Problem"/>.</param>
    public ExternalLabels(IEnumerable<KeyValuePair<string, string>> labels) =>
        _labels = [.. labels.OrderBy(label => label.Key, StringComparer.Ordinal)];

    public static ExternalLabels None { get; } = new([]);

    /// <summary>The labels, sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> All => _labels;

    /// <summary>What of a label cannot be; null where all is well.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="dimensionSets">The dimension sets of the settings, whose labels are taken.</param>
    public static string? Problem(string name, string value, IReadOnlyList<IReadOnlyList<string>> dimensionSets)
    {
        if (!LabelName().IsMatch(name))
        {
            return "must be a label's name: letters, digits and '_', no digit first";
        }
        if (name.StartsWith("__", StringComparison.Ordinal))
        {
            return "must not begin with '__': such labels are Prometheus' own";
        }
        if (OwnLabels.Contains(name))
        {
            return "is a label that the series have themselves";
        }
        if (dimensionSets.Any(set => set.Select(MetricNames.Label).Contains(name)))
        {
            return "is a dimension of Aggregation:Groups";
        }
        return value.Length == 0 ? "must have a value: an empty one is the same as no label" : null;
    }

    /// <summary>All labels of a series by name, sorted, its own name (<c>__name__</c>) included; those with an empty value are none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Of(SeriesKey series)
    {
        List<KeyValuePair<string, string>> labels = [KeyValuePair.Create("__name__", series.Family.Name), .. _labels];
        for (int i = 0; i < series.LabelValues.Count; i++)
        {
            if (series.LabelValues[i].Length > 0)
            {
                labels.Add(KeyValuePair.Create(series.Family.Labels[i], series.LabelValues[i]));
            }
        }
        labels.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        return labels;
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]*\z")]
    private static partial Regex LabelName();
}

using Aggregator.Core.Publishing;

namespace Aggregator.Host.Backfill;

/// <summary>A series as people know it: <c>im_online_users_by_region{region="eu"}</c>.</summary>
internal static class SeriesText
{
    public static string Of(SeriesKey series)
    {
        string labels = string.Join(',', series.Family.Labels.Zip(series.LabelValues)
            .Where(label => label.Second.Length > 0)
            .Select(label => $"{label.First}=\"{label.Second.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
        return series.Family.Name + (labels.Length == 0 ? "" : $"{{{labels}}}");
    }
}

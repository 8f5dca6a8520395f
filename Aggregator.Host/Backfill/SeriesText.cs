using Aggregator.Core.Publishing;

namespace Aggregator.Host.Backfill;

/// <summary>A series as people know it: <c>im_online_users_by_region{region="eu"}</c>.</summary>
internal static class SeriesText
{
    public static string Of(SeriesKey series) => series.Family.Name
        + LabelText.Braced(series.Family.Labels.Zip(series.LabelValues, KeyValuePair.Create).Where(label => label.Value.Length > 0));
}

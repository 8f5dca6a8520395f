using Aggregator.Core.Publishing;

namespace Aggregator.Core.Comparison;

/// <summary>How results are compared with what is stored.</summary>
/// <param name="Name">What the store is called in messages: its address, without secrets.</param>
/// <param name="Match">Labels that the stored series must have, to choose among several services; none for all.</param>
/// <param name="Within">How long after a window's end it is looked for: until it is final and scraped.</param>
public sealed record ComparisonOptions(string Name, ExternalLabels Match, TimeSpan Within)
{
    /// <summary>Windows of a day that was caught up with are hours late; an hour is for the usual restart or outage.</summary>
    public static TimeSpan DefaultWithin { get; } = TimeSpan.FromHours(1);
}

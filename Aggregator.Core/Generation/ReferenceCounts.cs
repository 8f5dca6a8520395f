using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>The counts of the summary (SPEC section 7), by the names that stand there.</summary>
internal sealed class ReferenceCounts
{
    public SortedDictionary<string, long> Records { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Rejected { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Late { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Duplicates { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> SamplesLeftOut { get; } = new(StringComparer.Ordinal);

    public static string TopicName(RecordTopic topic) => topic == RecordTopic.Latency ? "im-latency" : "ack";

    public static void Count(SortedDictionary<string, long> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}

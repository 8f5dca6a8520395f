namespace Aggregator.Core.Generation;

/// <summary>All that happened in one window and group, kept whole.</summary>
internal sealed class ReferenceGroup
{
    public HashSet<string> OnlineUsers { get; } = [];

    public long Received { get; set; }

    public List<long> Samples { get; } = [];

    public long Acks { get; set; }

    public SortedDictionary<string, long> AckErrors { get; } = new(StringComparer.Ordinal);

    public long Sent { get; set; }

    public long Delivered { get; set; }
}

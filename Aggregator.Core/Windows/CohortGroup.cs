namespace Aggregator.Core.Windows;

/// <summary>A group of a cohort, and how many of its messages were sent and delivered once that is counted.</summary>
internal sealed class CohortGroup(GroupKey key) : IClearable
{
    public GroupKey Key { get; } = key;

    public long Sent { get; set; }

    public long Delivered { get; set; }

    public void Clear()
    {
        Sent = 0;
        Delivered = 0;
    }
}

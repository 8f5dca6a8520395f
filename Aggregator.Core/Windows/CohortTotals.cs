using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>How many messages of a cohort were sent and delivered, in total and by group.</summary>
internal sealed class CohortTotals(LimitedSlots<CohortGroup>[] sets)
{
    private long _sent;
    private long _delivered;

    /// <summary>Counts a message that was sent.</summary>
    /// <param name="slots">The slot of its group in each set.</param>
    /// <param name="isDelivered">Whether it was delivered.</param>
    /// <param name="counters">Takes those that the limit on groups left out.</param>
    public void Add(ReadOnlySpan<int> slots, bool isDelivered, FoldCounters counters)
    {
        int one = isDelivered ? 1 : 0;
        _sent++;
        _delivered += one;
        for (int s = 0; s < slots.Length; s++)
        {
            if (slots[s] == BottomK.NoSlot || sets[s][slots[s]] is not { } group)
            {
                counters.CountLimited(LimitKind.Series, 1);
                continue;
            }
            group.Sent++;
            group.Delivered += one;
        }
    }

    /// <summary>Adds the cohort that another lane has of the same window.</summary>
    /// <param name="other">Nothing but that its cohort begins anew may follow for it.</param>
    /// <param name="counters">Takes the messages whose groups the limit leaves out now.</param>
    public void Merge(CohortTotals other, FoldCounters counters)
    {
        _sent += other._sent;
        _delivered += other._delivered;
        for (int s = 0; s < sets.Length; s++)
        {
            sets[s].Merge(other.Set(s), static (into, from) =>
            {
                into.Sent += from.Sent;
                into.Delivered += from.Delivered;
            }, left => counters.CountLimited(LimitKind.Series, left.Sent));
        }
    }

    /// <summary>The total, then the groups in order.</summary>
    public IReadOnlyList<GroupDelivery> ToResult()
    {
        List<GroupDelivery> result = [new(GroupKey.Total, _sent, _delivered), .. sets.SelectMany(set => set.Kept).Select(group => new GroupDelivery(group.Key, group.Sent, group.Delivered))];
        result.Sort((left, right) => GroupKey.Compare(left.Group, right.Group));
        return result;
    }

    private LimitedSlots<CohortGroup> Set(int set) => sets[set];
}

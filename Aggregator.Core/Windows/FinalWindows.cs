namespace Aggregator.Core.Windows;

/// <summary>Knows what is final and gives it out, in order, with the empty windows between (SPEC section 4).</summary>
internal sealed class FinalWindows
{
    /// <summary>Stands for no window, before all others.</summary>
    public const long NoWindow = long.MinValue / 2;

    /// <summary>A gap of more windows without facts is not filled.</summary>
    public const long LongestGap = 1_440;

    private readonly FoldCounters _counters;
    private readonly OpenWindows[] _lanes;
    private readonly long _sizeMs;
    private readonly long _ackTimeoutMs;
    private readonly long _finalBefore;
    private long? _lastActivity;

    /// <param name="settings">What to compute.</param>
    /// <param name="counters">Takes the counts of what limits left out.</param>
    /// <param name="lanes">The windows that are open in each lane.</param>
    /// <param name="lastWindow">The last window that an earlier run gave out; null for none.</param>
    /// <param name="finalBefore">
    /// The last window that was final in an earlier run, or <see cref="NoWindow"/>. What is read again of those up to it is what others need, not all, so it is not given
    /// out; those behind <paramref name="lastWindow"/> were empty.
    /// </param>
    public FinalWindows(AggregationSettings settings, FoldCounters counters, OpenWindows[] lanes, long? lastWindow, long finalBefore)
    {
        _counters = counters;
        _lanes = lanes;
        _sizeMs = (long)settings.Window.TotalMilliseconds;
        _ackTimeoutMs = (long)settings.AckTimeout.TotalMilliseconds;
        _finalBefore = Math.Max(finalBefore, lastWindow ?? NoWindow);
        _lastActivity = lastWindow;
        LastDelivery = lastWindow;
    }

    /// <summary>The last window whose activity is final, by its time, whether or not there was any.</summary>
    public long ActivityFinal { get; private set; } = NoWindow;

    /// <summary>The last window whose delivery is final, by its time.</summary>
    public long DeliveryFinal { get; private set; } = NoWindow;

    /// <summary>The last window that needs no record any more: final, now or in an earlier run.</summary>
    public long Settled => Math.Max(DeliveryFinal, _finalBefore);

    /// <summary>The last window that was given out whole; null before the first.</summary>
    public long? LastDelivery { get; private set; }

    public FinalResults Advance(long watermarkMs)
    {
        long activity = Math.Max(ActivityFinal, LastEndedBy(watermarkMs));
        long delivery = CohortsClosedBy(watermarkMs);
        if (activity == ActivityFinal && delivery == DeliveryFinal)
        {
            return FinalResults.None;
        }
        ActivityFinal = activity;
        DeliveryFinal = delivery;
        return new(TakeActivities(), TakeWindows());
    }

    /// <summary>The last cohort that is closed for a partition with that watermark, by it or because results are final.</summary>
    public long CohortsClosedBy(long watermarkMs)
    {
        // Both ends of the range stand for infinity, and infinity less a time-out is still that.
        long cohortsMs = watermarkMs is long.MinValue or long.MaxValue ? watermarkMs : watermarkMs - _ackTimeoutMs;
        return Math.Max(DeliveryFinal, LastEndedBy(cohortsMs));
    }

    private long LastEndedBy(long timeMs) => timeMs < 0 ? NoWindow : (timeMs / _sizeMs) - 1;

    private List<ActivityResult> TakeActivities()
    {
        List<ActivityResult> results = [];
        while (Take(ActivityFinal, lane => lane.NextActivity, lane => lane.TakeActivity(ActivityFinal)) is { Count: > 0 } parts)
        {
            ActivityWindow? activity = null;
            foreach (OpenWindow part in parts)
            {
                activity = Merge(activity, part.Activity);
            }
            if (parts[0].Index > _finalBefore)
            {
                Add(results, parts[0], activity);
            }
            foreach (OpenWindow part in parts)
            {
                part.CloseActivity();
            }
        }
        return results;
    }

    private void Add(List<ActivityResult> results, OpenWindow window, ActivityWindow? activity)
    {
        foreach (long empty in Gap(_lastActivity, window.Index))
        {
            results.Add(new(SpanOf(empty), [GroupActivity.None(GroupKey.Total)]));
        }
        window.FinalActivity = activity?.ToResult(_counters) ?? [GroupActivity.None(GroupKey.Total)];
        results.Add(new(SpanOf(window.Index), window.FinalActivity));
        _lastActivity = window.Index;
    }

    private List<WindowResult> TakeWindows()
    {
        List<WindowResult> results = [];
        while (Take(DeliveryFinal, lane => lane.NextDelivery, lane => lane.TakeDelivery(DeliveryFinal)) is { Count: > 0 } parts)
        {
            long index = parts[0].Index;
            if (index <= _finalBefore)
            {
                continue;
            }
            foreach (long empty in Gap(LastDelivery, index))
            {
                results.Add(new(SpanOf(empty), [Join(GroupKey.Total, null, null)]));
            }
            IReadOnlyList<GroupActivity> activities = parts.Find(part => part.FinalActivity is not null)?.FinalActivity ?? [];
            CohortTotals? cohort = null;
            foreach (OpenWindow part in parts)
            {
                cohort = Merge(cohort, part.Cohort?.ToTotals(_counters));
            }
            results.Add(new(SpanOf(index), Join(activities, cohort?.ToResult() ?? [])));
            LastDelivery = index;
        }
        foreach (OpenWindows lane in _lanes)
        {
            lane.DropBefore(DeliveryFinal);
        }
        return results;
    }

    /// <summary>The next window that is final, of all lanes that have it; empty where there is none.</summary>
    private List<OpenWindow> Take(long final, Func<OpenWindows, long> next, Func<OpenWindows, OpenWindow?> take)
    {
        long first = _lanes.Min(next);
        return first > final ? [] : [.. _lanes.Where(lane => next(lane) == first).Select(lane => take(lane)!)];
    }

    private ActivityWindow? Merge(ActivityWindow? into, ActivityWindow? from)
    {
        if (into is not null && from is not null)
        {
            into.Merge(from, _counters);
        }
        return into ?? from;
    }

    private CohortTotals? Merge(CohortTotals? into, CohortTotals? from)
    {
        if (into is not null && from is not null)
        {
            into.Merge(from, _counters);
        }
        return into ?? from;
    }

    private static IEnumerable<long> Gap(long? last, long next)
    {
        for (long i = last + 1 ?? next; i < next && next - last - 1 <= LongestGap; i++)
        {
            yield return i;
        }
    }

    private WindowSpan SpanOf(long index) => new(index * _sizeMs, _sizeMs);

    /// <summary>Merges the two lists, both in order, into one of all groups of either; the total is always there.</summary>
    private static List<GroupResult> Join(IReadOnlyList<GroupActivity> activities, IReadOnlyList<GroupDelivery> deliveries)
    {
        List<GroupResult> results = new(Math.Max(activities.Count, deliveries.Count));
        int a = 0;
        int d = 0;
        while (a < activities.Count || d < deliveries.Count)
        {
            int order = a == activities.Count ? 1
                : d == deliveries.Count ? -1
                : GroupKey.Compare(activities[a].Group, deliveries[d].Group);
            GroupActivity? activity = order <= 0 ? activities[a++] : null;
            GroupDelivery? delivery = order >= 0 ? deliveries[d++] : null;
            results.Add(Join(activity?.Group ?? delivery!.Group, activity, delivery));
        }
        return results;
    }

    private static GroupResult Join(GroupKey group, GroupActivity? activity, GroupDelivery? delivery) =>
        new(group, activity ?? GroupActivity.None(group), delivery ?? new(group, 0, 0));
}

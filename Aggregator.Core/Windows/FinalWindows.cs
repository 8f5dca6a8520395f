namespace Aggregator.Core.Windows;

/// <summary>Knows what is final and gives it out, in order, with the empty windows between (SPEC section 4).</summary>
internal sealed class FinalWindows
{
    /// <summary>Stands for no window, before all others.</summary>
    public const long NoWindow = long.MinValue / 2;

    /// <summary>A gap of more windows without facts is not filled.</summary>
    public const long LongestGap = 1_440;

    private readonly FoldCounters _counters;
    private readonly OpenWindows _windows;
    private readonly long _sizeMs;
    private readonly long _ackTimeoutMs;
    private readonly long _finalBefore;
    private long? _lastActivity;

    /// <param name="settings">What to compute.</param>
    /// <param name="counters">Takes the counts of what limits left out.</param>
    /// <param name="windows">The windows that are open.</param>
    /// <param name="lastWindow">The last window that an earlier run gave out; null for none.</param>
    /// <param name="finalBefore">
    /// The last window that was final in an earlier run, or <see cref="NoWindow"/>. What is read again of those up to it is what others need, not all, so it is not given
    /// out; those behind <paramref name="lastWindow"/> were empty.
    /// </param>
    public FinalWindows(AggregationSettings settings, FoldCounters counters, OpenWindows windows, long? lastWindow, long finalBefore)
    {
        _counters = counters;
        _windows = windows;
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
        ActivityFinal = Math.Max(ActivityFinal, LastEndedBy(watermarkMs));
        DeliveryFinal = CohortsClosedBy(watermarkMs);
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
        while (_windows.TakeActivity(ActivityFinal) is { } window)
        {
            if (window.Index <= _finalBefore)
            {
                window.Activity = null;
                continue;
            }
            foreach (long empty in Gap(_lastActivity, window.Index))
            {
                results.Add(new(SpanOf(empty), [GroupActivity.None(GroupKey.Total)]));
            }
            window.FinalActivity = window.Activity?.ToResult() ?? [GroupActivity.None(GroupKey.Total)];
            window.Activity = null;
            results.Add(new(SpanOf(window.Index), window.FinalActivity));
            _lastActivity = window.Index;
        }
        return results;
    }

    private List<WindowResult> TakeWindows()
    {
        List<WindowResult> results = [];
        while (_windows.TakeDelivery(DeliveryFinal) is { } window)
        {
            if (window.Index <= _finalBefore)
            {
                continue;
            }
            foreach (long empty in Gap(LastDelivery, window.Index))
            {
                results.Add(new(SpanOf(empty), [Join(GroupKey.Total, null, null)]));
            }
            results.Add(new(SpanOf(window.Index), Join(window.FinalActivity ?? [], window.Cohort?.ToResult(_counters) ?? [])));
            LastDelivery = window.Index;
        }
        _windows.DropBefore(DeliveryFinal);
        return results;
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

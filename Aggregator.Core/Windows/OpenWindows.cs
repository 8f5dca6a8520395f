using Aggregator.Core.Tuning;

namespace Aggregator.Core.Windows;

/// <summary>The windows that have facts and are not final, and those whose acknowledgements a later one still needs.</summary>
internal sealed class OpenWindows(int limit)
{
    private const int FoundSize = 8;

    private readonly Dictionary<long, OpenWindow> _windows = [];
    private readonly PriorityQueue<OpenWindow, long> _activities = new();
    private readonly PriorityQueue<OpenWindow, long> _deliveries = new();
    private readonly Queue<long> _delivered = new();

    // By the last bits of the index: records jump between two or three windows all the time.
    private readonly OpenWindow?[] _found = new OpenWindow?[FoundSize];
    private int _lastIds;

    public int Count => _windows.Count;

    /// <summary>The memory of windows that are gone, for those that come.</summary>
    public SpareTables Spares { get; } = new();

    /// <summary>The first windows of which something is not final, in order.</summary>
    public IEnumerable<long> Earliest(int most) => _deliveries.UnorderedItems.Select(item => item.Priority).Order().Take(most);

    /// <summary>How many ids a new window will probably get: as many as the one before it has, which may still grow, or as the last that was complete; 0 where there is none.</summary>
    public int ExpectedIds(long index) => !Tricks.SizesTables ? 0 : Math.Max(_lastIds, Find(index - 1)?.Cohort?.Deliveries.Count ?? 0);

    /// <summary>Windows before this one were dropped.</summary>
    public long OldestKept { get; private set; } = long.MinValue;

    public OpenWindow? Find(long index)
    {
        OpenWindow? found = _found[index & (FoundSize - 1)];
        return Tricks.FindsWindowsByBits && found is not null && found.Index == index ? found : LookUp(index);
    }

    /// <summary>The window for a fact that counts; null where there are too many windows.</summary>
    /// <param name="index">The window.</param>
    /// <param name="activityIsFinal">Whether the activity of that time is final already, so that only messages sent can come into it.</param>
    public OpenWindow? Open(long index, bool activityIsFinal)
    {
        OpenWindow? window = Find(index);
        if (window is not null || _windows.Count >= limit)
        {
            return window;
        }
        window = new(index, Spares);
        _windows.Add(index, window);
        _deliveries.Enqueue(window, index);
        if (!activityIsFinal)
        {
            _activities.Enqueue(window, index);
        }
        _found[index & (FoundSize - 1)] = window;
        return window;
    }

    /// <summary>Which one <see cref="TakeActivity"/> would take; <see cref="long.MaxValue"/> for none.</summary>
    public long NextActivity => _activities.TryPeek(out _, out long index) ? index : long.MaxValue;

    /// <summary>Which one <see cref="TakeDelivery"/> would take; <see cref="long.MaxValue"/> for none.</summary>
    public long NextDelivery => _deliveries.TryPeek(out _, out long index) ? index : long.MaxValue;

    /// <summary>The next window, in order, whose activity is final when that of all windows through <paramref name="final"/> is.</summary>
    public OpenWindow? TakeActivity(long final) => Take(_activities, final);

    /// <summary>The next window, in order, that is wholly final.</summary>
    public OpenWindow? TakeDelivery(long final)
    {
        OpenWindow? window = Take(_deliveries, final);
        if (window is not null)
        {
            _lastIds = window.Cohort?.Deliveries.Count ?? 0;
            _delivered.Enqueue(window.Index);
        }
        return window;
    }

    /// <summary>Drops final windows. The acknowledgements in a window may deliver messages of the window behind it, so it stays until that one is final.</summary>
    public void DropBefore(long final)
    {
        OldestKept = Math.Max(OldestKept, final);
        while (_delivered.TryPeek(out long index) && index < final)
        {
            _delivered.Dequeue();
            if (_windows.Remove(index, out OpenWindow? window))
            {
                window.CloseCohort();
            }
            _found[index & (FoundSize - 1)] = null;
        }
    }

    private OpenWindow? LookUp(long index)
    {
        if (_windows.TryGetValue(index, out OpenWindow? window))
        {
            _found[index & (FoundSize - 1)] = window;
        }
        return window;
    }

    private static OpenWindow? Take(PriorityQueue<OpenWindow, long> queue, long final) =>
        queue.TryPeek(out _, out long index) && index <= final ? queue.Dequeue() : null;
}

namespace Aggregator.Core.Windows;

/// <summary>The windows that have facts and are not final, and those whose acknowledgements a later one still needs.</summary>
internal sealed class OpenWindows(int limit)
{
    private readonly Dictionary<long, OpenWindow> _windows = [];
    private readonly PriorityQueue<OpenWindow, long> _activities = new();
    private readonly PriorityQueue<OpenWindow, long> _deliveries = new();
    private readonly Queue<long> _delivered = new();
    private OpenWindow? _last;

    public int Count => _windows.Count;

    /// <summary>The first windows of which something is not final, in order.</summary>
    public IEnumerable<long> Earliest(int most) => _deliveries.UnorderedItems.Select(item => item.Priority).Order().Take(most);

    /// <summary>How many ids the window before holds, for sizing the tables of this one; 0 where there is none.</summary>
    public int IdsBefore(long index) => Find(index - 1)?.Cohort?.Deliveries.Count ?? 0;

    public OpenWindow? Find(long index)
    {
        if (_last?.Index == index)
        {
            return _last;
        }
        if (_windows.TryGetValue(index, out OpenWindow? window))
        {
            _last = window;
        }
        return window;
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
        window = new(index);
        _windows.Add(index, window);
        _deliveries.Enqueue(window, index);
        if (!activityIsFinal)
        {
            _activities.Enqueue(window, index);
        }
        _last = window;
        return window;
    }

    /// <summary>The next window, in order, whose activity is final when that of all windows through <paramref name="final"/> is.</summary>
    public OpenWindow? TakeActivity(long final) => Take(_activities, final);

    /// <summary>The next window, in order, that is wholly final.</summary>
    public OpenWindow? TakeDelivery(long final)
    {
        OpenWindow? window = Take(_deliveries, final);
        if (window is not null)
        {
            _delivered.Enqueue(window.Index);
        }
        return window;
    }

    /// <summary>Drops final windows. The acknowledgements in a window may deliver messages of the window behind it, so it stays until that one is final.</summary>
    public void DropBefore(long final)
    {
        while (_delivered.TryPeek(out long index) && index < final)
        {
            _delivered.Dequeue();
            _windows.Remove(index);
            _last = null;
        }
    }

    /// <summary>Other windows at most <paramref name="distance"/> away.</summary>
    public NeighbourEnumerator Neighbours(long index, long distance) => new(this, index, distance);

    private static OpenWindow? Take(PriorityQueue<OpenWindow, long> queue, long final) =>
        queue.TryPeek(out _, out long index) && index <= final ? queue.Dequeue() : null;

    /// <summary>Walks over the windows around one: by index, or over all open ones where these are fewer.</summary>
    public ref struct NeighbourEnumerator
    {
        private readonly OpenWindows _owner;
        private readonly long _index;
        private readonly long _distance;
        private readonly bool _isFew;
        private Dictionary<long, OpenWindow>.ValueCollection.Enumerator _all;
        private long _next;

        public NeighbourEnumerator(OpenWindows owner, long index, long distance)
        {
            _owner = owner;
            _index = index;
            _distance = distance;
            _isFew = 2 * distance < owner._windows.Count;
            _next = index - distance;
            _all = owner._windows.Values.GetEnumerator();
            Current = null!;
        }

        public OpenWindow Current { get; private set; }

        public readonly NeighbourEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_isFew ? _next <= _index + _distance : _all.MoveNext())
            {
                OpenWindow? window = _isFew ? _owner._windows.GetValueOrDefault(_next++) : _all.Current;
                if (window is not null && window.Index != _index && Math.Abs(window.Index - _index) <= _distance)
                {
                    Current = window;
                    return true;
                }
            }
            return false;
        }
    }
}

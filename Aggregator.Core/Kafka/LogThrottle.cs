using System.Collections.Concurrent;

namespace Aggregator.Core.Kafka;

/// <summary>Lets a kind of log line through at once, then at most once in a while, and knows how many it held back. Thread-safe.</summary>
internal sealed class LogThrottle(TimeProvider time, TimeSpan every)
{
    // Kinds come from our own code and from error codes: a few dozen. The bound is for what nobody foresees.
    private const int MaxKinds = 256;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Whether a line of this kind may be written now.</summary>
    /// <param name="kind">What the line is about.</param>
    /// <param name="heldBack">How many lines of the kind were held back since the last one.</param>
    public bool Allows(string kind, out int heldBack)
    {
        heldBack = 0;
        if (_entries.Count >= MaxKinds && !_entries.ContainsKey(kind))
        {
            kind = "";
        }
        Entry entry = _entries.GetOrAdd(kind, static _ => new Entry());
        lock (entry)
        {
            long now = time.GetTimestamp();
            if (entry.Last is { } last && time.GetElapsedTime(last, now) < every)
            {
                entry.HeldBack++;
                return false;
            }
            entry.Last = now;
            heldBack = entry.HeldBack;
            entry.HeldBack = 0;
            return true;
        }
    }

    /// <summary>Lets the next line of this kind through at once: what it was about is over.</summary>
    public void Reset(string kind) => _entries.TryRemove(kind, out _);

    private sealed class Entry
    {
        public long? Last { get; set; }

        public int HeldBack { get; set; }
    }
}

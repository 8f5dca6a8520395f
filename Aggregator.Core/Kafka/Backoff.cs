namespace Aggregator.Core.Kafka;

/// <summary>Waits that double from the first to the longest, for a thread that looks whether it is time again. One thread only.</summary>
internal sealed class Backoff(TimeProvider time, TimeSpan first, TimeSpan longest)
{
    private long _since;
    private TimeSpan _wait;

    /// <summary>How often it was lengthened since the last reset.</summary>
    public int Count { get; private set; }

    /// <summary>The wait that is under way.</summary>
    public TimeSpan Wait => _wait;

    /// <summary>Whether it is time to try again.</summary>
    public bool IsOver => Count == 0 || time.GetElapsedTime(_since) >= _wait;

    /// <summary>Begins the next, longer wait.</summary>
    public void Lengthen()
    {
        _since = time.GetTimestamp();
        _wait = Count == 0 ? first : TimeSpan.FromTicks(Math.Min(_wait.Ticks * 2, longest.Ticks));
        Count++;
    }

    public void Reset() => Count = 0;
}

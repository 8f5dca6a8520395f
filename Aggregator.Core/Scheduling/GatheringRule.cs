namespace Aggregator.Core.Scheduling;

/// <summary>
/// When threads that hand memory to each other shall share one processor. While they have little to do it makes no difference. Where others want that processor too, threads that may not move would
/// wait while another is idle: so they are let go, for longer each time that it happens again, unless it turns out that no processor is idle.
/// </summary>
internal sealed class GatheringRule
{
    /// <summary>What they want together of one processor when it begins to matter: for Kafka's client that is some 700,000 records a second.</summary>
    public const double BusyShare = 0.3;

    /// <summary>Less than that, and they are let go.</summary>
    public const double IdleShare = 0.1;

    /// <summary>How much of the time others may have the processor while ours wait for it. Two threads beside one that never rests have two thirds for themselves.</summary>
    public const double TakenShare = 0.5;

    /// <summary>Where one of them waits that much of the time although it may run anywhere, no processor is idle.</summary>
    public const double FullShare = 0.25;

    /// <summary>How long they are left alone after the first time.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause. So long they must have been in peace for the next to be the first again, and so long a full machine is taken to stay full.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private TimeSpan _pause = FirstPause;
    private TimeSpan _left;
    private TimeSpan _inPeace;
    private TimeSpan _full;

    /// <summary>Whether they share a processor now.</summary>
    public bool IsGathered { get; private set; }

    /// <summary>Decides for the time that follows.</summary>
    /// <param name="elapsed">How long ago the last decision was.</param>
    /// <param name="uses">What each of the threads had since then.</param>
    /// <returns><see cref="IsGathered"/>.</returns>
    public bool Next(TimeSpan elapsed, ReadOnlySpan<ThreadUse> uses)
    {
        TimeSpan running = TimeSpan.Zero;
        TimeSpan waiting = TimeSpan.Zero;
        TimeSpan longestWait = TimeSpan.Zero;
        foreach (ThreadUse use in uses)
        {
            running += use.Running;
            waiting += use.Waiting;
            longestWait = use.Waiting > longestWait ? use.Waiting : longestWait;
        }
        double wanted = (running + waiting) / elapsed;
        if (IsGathered)
        {
            StayOrLeave(elapsed, wanted, TakenByOthers(running, uses) / elapsed);
        }
        else
        {
            ReturnOrWait(elapsed, wanted, longestWait / elapsed);
        }
        return IsGathered;
    }

    private void StayOrLeave(TimeSpan elapsed, double wanted, double taken)
    {
        _full -= elapsed;
        if (taken > TakenShare && _full <= TimeSpan.Zero)
        {
            _left = _pause;
            _pause = 2 * _pause < LongestPause ? 2 * _pause : LongestPause;
            _inPeace = TimeSpan.Zero;
            IsGathered = false;
            return;
        }
        _inPeace += elapsed;
        if (_inPeace >= LongestPause)
        {
            _pause = FirstPause;
        }
        IsGathered = wanted >= IdleShare;
    }

    private void ReturnOrWait(TimeSpan elapsed, double wanted, double longestWait)
    {
        if (_left > TimeSpan.Zero && longestWait > FullShare)
        {
            _left = TimeSpan.Zero;
            _pause = FirstPause;
            _full = LongestPause;
        }
        _left -= elapsed;
        IsGathered = _left <= TimeSpan.Zero && wanted > BusyShare;
    }

    /// <summary>How long others had the processor at least: what a thread waited longer than the rest of ours ran.</summary>
    private static TimeSpan TakenByOthers(TimeSpan running, ReadOnlySpan<ThreadUse> uses)
    {
        TimeSpan most = TimeSpan.Zero;
        foreach (ThreadUse use in uses)
        {
            TimeSpan taken = use.Waiting - (running - use.Running);
            most = taken > most ? taken : most;
        }
        return most;
    }
}

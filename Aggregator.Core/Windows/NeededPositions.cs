using Aggregator.Core.Tuning;

namespace Aggregator.Core.Windows;

/// <summary>
/// Knows from where one partition must be read again after a restart: the first record that something not yet published needs.
/// Positions are those of batches, because only there W(p) is noted. No I/O.
/// <para>
/// A record is needed until the last window that it has a part in is published. A received fact, counted or not, also depends on the records before it in
/// its cohort (they tell whether it is a duplicate), so the whole cohort is needed until the window of that fact is published. And as long as the cohort is open, such
/// a fact may still come: the cohort is needed until then, even where a run before this one has published it.
/// </para>
/// </summary>
internal sealed class NeededPositions
{
    private readonly Dictionary<long, LogPosition> _needed = [];
    private readonly Dictionary<long, LogPosition> _cohortStarts = [];
    private LogPosition _batch;
    private long _lastNeeded = long.MinValue;
    private long _lastCohort = long.MinValue;

    /// <summary>The records that follow are read at <paramref name="position"/> or behind it.</summary>
    public void BeginBatch(LogPosition position)
    {
        _batch = position;
    }

    // HOT: once per record.
    /// <summary>The current record is needed until window <paramref name="window"/> is published.</summary>
    public void NeedUntil(long window)
    {
        if (!Tricks.NotesNeedsOnce || window != _lastNeeded)
        {
            _lastNeeded = window;
            _needed.TryAdd(window, _batch);
        }
    }

    /// <summary>The current record belongs to a cohort that is open for the partition.</summary>
    public void NeedCohort(long cohort)
    {
        NeedUntil(cohort);
        if (!Tricks.NotesNeedsOnce || cohort != _lastCohort)
        {
            _lastCohort = cohort;
            _cohortStarts.TryAdd(cohort, _batch);
        }
    }

    /// <summary>The current record has a received fact in a window after its cohort.</summary>
    public void NeedCohortUntil(long cohort, long window)
    {
        LogPosition start = _cohortStarts.GetValueOrDefault(cohort, _batch);
        if (!_needed.TryGetValue(window, out LogPosition known) || start.Offset < known.Offset)
        {
            _needed[window] = start;
        }
    }

    /// <summary>The position to start from once all windows through <paramref name="publishedThrough"/> are published.</summary>
    /// <param name="publishedThrough">The last window that is final, here or in the run before this one.</param>
    /// <param name="closedThrough">The last cohort that takes no record of the partition any more.</param>
    /// <param name="next">The position behind the last record read.</param>
    public LogPosition LowWater(long publishedThrough, long closedThrough, LogPosition next)
    {
        Forget(_needed, publishedThrough);
        Forget(_cohortStarts, closedThrough);
        return Earliest(_cohortStarts, Earliest(_needed, next));
    }

    private static LogPosition Earliest(Dictionary<long, LogPosition> positions, LogPosition earliest)
    {
        foreach (LogPosition position in positions.Values)
        {
            if (position.Offset < earliest.Offset)
            {
                earliest = position;
            }
        }
        return earliest;
    }

    private void Forget(Dictionary<long, LogPosition> positions, long through)
    {
        foreach (long window in positions.Keys)
        {
            if (window <= through)
            {
                positions.Remove(window);
            }
        }
        _lastNeeded = long.MinValue;
        _lastCohort = long.MinValue;
    }
}

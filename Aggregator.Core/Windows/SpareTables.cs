using Aggregator.Core.Sketches;
using Aggregator.Core.Tuning;

namespace Aggregator.Core.Windows;

/// <summary>What final windows leave for the next ones, so that in the long run a window makes no garbage and touches no fresh memory. Of one lane.</summary>
public sealed class SpareTables
{
    // Between a window that goes and the next that comes there is one of a kind; in a backlog some come at once.
    private const int MostWindows = 2;

    // Most of them without memory; but the collector counts them, and it has a limit of its own where the process has one (a container).
    private const int MostArrays = 6;

    // In the long run one window goes as another one comes.
    private const int MostResident = 1;

    // A megabyte each, out of groups that have become too large to be counted exactly.
    private const int MostUserTables = 16;

    private readonly Stack<ActivityWindow> _activities = new();
    private readonly Stack<Cohort> _cohorts = new();

    /// <summary>Bytes of arrays that are kept; what users are counted with in kept groups comes on top.</summary>
    public long Bytes => Slots.Bytes + Groups.Bytes + Recent.Bytes + Users.Bytes;

    /// <summary>For the slots of ids.</summary>
    internal SpareArrays<ulong> Slots { get; } = new(MostArrays, MostResident);

    /// <summary>For the groups of ids.</summary>
    internal SpareArrays<int> Groups { get; } = new(MostArrays, MostResident);

    /// <summary>For <see cref="RecentIds"/>.</summary>
    internal SpareArrays<ulong> Recent { get; } = new(MostArrays, MostResident);

    /// <summary>For the largest tables of users.</summary>
    internal SpareArrays<ulong> Users { get; } = new(MostUserTables, MostUserTables);

    /// <summary>For the activity of a new window.</summary>
    internal ActivityWindow ActivityFor(AggregationSettings settings, FoldCounters counters)
    {
        if (!_activities.TryPop(out ActivityWindow? activity))
        {
            return new(settings, counters, this);
        }
        // Here, where the lane's own thread is: its processor has the memory, and needs it next.
        activity.Restart();
        return activity;
    }

    /// <summary>For the deliveries of a new window.</summary>
    /// <param name="settings">What to compute.</param>
    /// <param name="expectedIds">How many ids there will probably be.</param>
    internal Cohort CohortFor(AggregationSettings settings, int expectedIds)
    {
        if (!_cohorts.TryPop(out Cohort? cohort))
        {
            return new(settings, expectedIds, this);
        }
        cohort.Begin(expectedIds);
        return cohort;
    }

    /// <summary>Keeps what a window of which the activity was given out has.</summary>
    internal void Return(ActivityWindow activity)
    {
        if (_activities.Count < MostWindows && Tricks.KeepsGroups)
        {
            _activities.Push(activity);
        }
    }

    /// <summary>Keeps what a window has whose deliveries were given out.</summary>
    internal void Return(Cohort cohort)
    {
        cohort.End();
        if (_cohorts.Count < MostWindows && Tricks.KeepsGroups)
        {
            _cohorts.Push(cohort);
        }
    }
}

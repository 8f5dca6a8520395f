namespace Aggregator.Core.Windows;

/// <summary>A window that has at least one fact.</summary>
/// <param name="index">Start of the window divided by its size.</param>
/// <param name="spares">Has the memory.</param>
internal sealed class OpenWindow(long index, SpareTables spares)
{
    /// <summary>Start of the window divided by its size.</summary>
    public long Index { get; } = index;

    /// <summary>Null as long as nothing happened in it but messages being sent whose senders are not known.</summary>
    public ActivityWindow? Activity { get; private set; }

    /// <summary>The activity once it is final; it is kept for the result of the whole window.</summary>
    public IReadOnlyList<GroupActivity>? FinalActivity { get; set; }

    /// <summary>Null as long as no message was sent and none acknowledged in it.</summary>
    public Cohort? Cohort { get; private set; }

    /// <summary>Something happens in it.</summary>
    public ActivityWindow OpenActivity(AggregationSettings settings, FoldCounters counters) => Activity ??= spares.ActivityFor(settings, counters);

    /// <summary>The first message is sent or acknowledged in it.</summary>
    /// <param name="settings">What to compute.</param>
    /// <param name="expectedIds">How many ids there will probably be.</param>
    public Cohort OpenCohort(AggregationSettings settings, int expectedIds) => Cohort = spares.CohortFor(settings, expectedIds);

    /// <summary>The activity was given out.</summary>
    public void CloseActivity()
    {
        if (Activity is not null)
        {
            spares.Return(Activity);
            Activity = null;
        }
    }

    /// <summary>Nobody asks for its deliveries any more.</summary>
    public void CloseCohort()
    {
        if (Cohort is not null)
        {
            spares.Return(Cohort);
            Cohort = null;
        }
    }
}

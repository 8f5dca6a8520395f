namespace Aggregator.Core.Windows;

/// <summary>A window that has at least one fact.</summary>
internal sealed class OpenWindow(long index)
{
    /// <summary>Start of the window divided by its size.</summary>
    public long Index { get; } = index;

    /// <summary>Null as long as nothing happened in it but messages being sent whose senders are not known.</summary>
    public ActivityWindow? Activity { get; set; }

    /// <summary>The activity once it is final; it is kept for the result of the whole window.</summary>
    public IReadOnlyList<GroupActivity>? FinalActivity { get; set; }

    /// <summary>Null as long as no message was sent and none acknowledged in it.</summary>
    public Cohort? Cohort { get; set; }

    /// <summary>The windows near it, as <see cref="OpenWindows"/> found them last.</summary>
    public OpenWindow[] Neighbours { get; set; } = [];

    /// <summary>The state of the open windows that <see cref="Neighbours"/> belongs to.</summary>
    public long NeighboursVersion { get; set; }
}

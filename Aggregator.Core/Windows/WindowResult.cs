namespace Aggregator.Core.Windows;

/// <summary>A window of which everything is final. Given out once, in the order of the windows.</summary>
/// <param name="Window">The window.</param>
/// <param name="Groups">The total first, then the groups that have a fact, in order.</param>
public sealed record WindowResult(WindowSpan Window, IReadOnlyList<GroupResult> Groups)
{
    /// <summary>Its activity as it is given out by itself: of the total, and of the groups of which something happened.</summary>
    public ActivityResult ToActivity() => new(Window,
        [.. Groups.Where(group => group.Group.Set == GroupKey.TotalSet || !group.Activity.IsNone).Select(group => group.Activity)]);
}

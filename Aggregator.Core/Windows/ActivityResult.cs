namespace Aggregator.Core.Windows;

/// <summary>The activity of a window, final; its delivery follows in a <see cref="WindowResult"/> <c>AckTimeout</c> later.</summary>
/// <param name="Window">The window.</param>
/// <param name="Groups">The total first, then the groups that have a fact, in order.</param>
public sealed record ActivityResult(WindowSpan Window, IReadOnlyList<GroupActivity> Groups);

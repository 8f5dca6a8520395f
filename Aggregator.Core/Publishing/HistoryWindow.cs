using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>A window as <see cref="WindowHistory"/> remembers it. Immutable; replaced when its delivery becomes final.</summary>
/// <param name="Window">The window.</param>
/// <param name="Revision">Grows with each change of the history: what a reader has not seen yet has a larger one.</param>
/// <param name="IsFinal">Whether the delivery is final too, not the activity only.</param>
/// <param name="Results">The total first, then the groups in order.</param>
public sealed record HistoryWindow(WindowSpan Window, long Revision, bool IsFinal, IReadOnlyList<HistoryResult> Results)
{
    /// <summary>What it takes of <see cref="WindowHistory.MaxDetails"/>: its groups, and each error code of each group and of the total.</summary>
    internal int Details { get; } = Results.Count - 1 + Results.Sum(result => result.AckErrors?.Count ?? 0);

    /// <summary>Only the total, without its error codes.</summary>
    internal HistoryWindow Reduced() => new(Window, Revision, IsFinal, [Results[0].WithoutErrors()]);
}

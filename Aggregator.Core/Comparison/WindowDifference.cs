using Aggregator.Core.Windows;

namespace Aggregator.Core.Comparison;

/// <summary>A result of a window that is not stored as it was computed.</summary>
/// <param name="Window">The window.</param>
/// <param name="Result">Which result.</param>
/// <param name="At">Where it is recorded; null where it is not.</param>
/// <param name="Values">The series that differ; empty where nothing is recorded.</param>
/// <param name="Causes">Likely causes, the likeliest first; never empty.</param>
public sealed record WindowDifference(
    WindowSpan Window, ResultKind Result, Recording? At, IReadOnlyList<ValueDifference> Values, IReadOnlyList<LikelyCause> Causes);

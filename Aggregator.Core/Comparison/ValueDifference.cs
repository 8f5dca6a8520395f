using Aggregator.Core.Publishing;

namespace Aggregator.Core.Comparison;

/// <summary>A series that has another value than it should.</summary>
/// <param name="Series">The series.</param>
/// <param name="Computed">What the replay gives; null where it gives none.</param>
/// <param name="Stored">What is stored; null where nothing is.</param>
public sealed record ValueDifference(SeriesKey Series, double? Computed, double? Stored);

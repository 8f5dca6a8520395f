namespace Aggregator.Core.Stored;

/// <summary>A series with some of its samples.</summary>
/// <param name="Name">The name of its family.</param>
/// <param name="Labels">All its labels but the name.</param>
/// <param name="Samples">The samples asked for, in the order of time.</param>
public sealed record StoredSeries(string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<StoredSample> Samples);

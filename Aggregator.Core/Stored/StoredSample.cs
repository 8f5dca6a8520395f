namespace Aggregator.Core.Stored;

/// <summary>A sample as it is stored.</summary>
/// <param name="TimeMs">Its time, ms since the epoch.</param>
/// <param name="Value">Its value; the text between us and the store keeps doubles exactly.</param>
public readonly record struct StoredSample(long TimeMs, double Value);

namespace Aggregator.Core.Sketches;

/// <summary>Placeholder for the histogram.</summary>
public sealed class LatencyHistogram
{
}

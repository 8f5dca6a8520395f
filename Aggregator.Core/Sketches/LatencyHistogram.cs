namespace Aggregator.Core.Sketches;

/// <summary>Stand-in for the histogram, exact and slow, until the real one is merged.</summary>
public sealed class LatencyHistogram
{
    private readonly List<uint> _samples = [];

    public long Count => _samples.Count;

    public long Sum => _samples.Sum(sample => (long)sample);

    public void Add(uint ms) => _samples.Add(ms);

    public long CountAtMost(uint ms) => _samples.Count(sample => sample <= ms);

    public long Percentile(double quantile) => _samples.Order().ElementAt((int)Math.Max(0, Math.Ceiling(quantile * Count) - 1));
}

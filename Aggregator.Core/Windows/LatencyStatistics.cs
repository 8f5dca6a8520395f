using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>Latency samples of a window and group, in milliseconds.</summary>
/// <param name="P50">Nearest-rank percentile: exact below 4,096 ms, from there within 0.2 %.</param>
/// <param name="P95">As <paramref name="P50"/>.</param>
/// <param name="P99">As <paramref name="P50"/>.</param>
/// <param name="Mean">Exact.</param>
/// <param name="Max">Exact.</param>
/// <param name="Samples">The distribution behind them; no longer written to.</param>
public sealed record LatencyStatistics(long P50, long P95, long P99, double Mean, long Max, LatencyHistogram Samples);

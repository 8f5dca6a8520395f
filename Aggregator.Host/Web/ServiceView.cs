using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Web;

/// <summary>Everything that the web server shows; it reads, and changes nothing.</summary>
/// <param name="Metrics">The page of metrics.</param>
/// <param name="History">The last windows.</param>
/// <param name="Status">What the pipeline knows of itself.</param>
/// <param name="Counters">What the fold counts.</param>
/// <param name="Settings">The settings in force.</param>
/// <param name="Build">The program.</param>
/// <param name="Time">The clock.</param>
public sealed record ServiceView(MetricsPage Metrics, WindowHistory History, ServiceStatus Status, FoldCounters Counters, AggregatorSettings Settings,
    BuildInfo Build, TimeProvider Time)
{
    /// <summary>When the service started, ms since the epoch; tells one run from the next.</summary>
    public long StartedMs { get; } = Time.GetUtcNow().ToUnixTimeMilliseconds();
}

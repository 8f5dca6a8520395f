namespace Aggregator.Core.Publishing;

/// <summary>The two text forms in which a page of metrics can be had.</summary>
public enum PageFormat
{
    /// <summary>Prometheus' own, version 0.0.4.</summary>
    Text,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

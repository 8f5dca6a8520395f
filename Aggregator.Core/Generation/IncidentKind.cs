namespace Aggregator.Core.Generation;

/// <summary>What goes wrong in generated traffic for a while.</summary>
public enum IncidentKind
{
    /// <summary>Four messages of ten do not arrive.</summary>
    DeliveryDrop,

    /// <summary>Latencies are twenty times as long: half of the messages take over a second.</summary>
    LatencySpike,

    /// <summary>The node im-03 is down: its users send nothing, and nothing reaches them.</summary>
    NodeOutage,
}

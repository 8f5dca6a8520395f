namespace Aggregator.Core.Comparison;

/// <summary>Which of its two results of a window: they are published, and so recorded, at different times.</summary>
public enum ResultKind
{
    /// <summary>Users, receipts, latency and acknowledgements.</summary>
    Activity,

    /// <summary>Sent, delivered and their ratio.</summary>
    Delivery,
}

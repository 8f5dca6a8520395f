namespace Aggregator.Core.Windows;

/// <summary>What a record states, each fact with a time and a window of its own (SPEC section 2).</summary>
public enum FactKind
{
    /// <summary>The message left its sender, for the delivery cohort.</summary>
    Sent,

    /// <summary>The sender was online at <c>send_ts</c>.</summary>
    Activity,

    /// <summary>The message reached its recipient.</summary>
    Received,

    /// <summary>A device acknowledged the message.</summary>
    Acked,
}

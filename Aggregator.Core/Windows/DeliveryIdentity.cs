namespace Aggregator.Core.Windows;

/// <summary>What tells one delivery from another (SPEC section 1).</summary>
public enum DeliveryIdentity
{
    /// <summary>The <c>msg_id</c>.</summary>
    Message,

    /// <summary>The <c>msg_id</c> with the recipient: <c>to</c> of a latency record, <c>uid</c> of an ack.</summary>
    Recipient,
}

namespace Aggregator.Core.Generation;

/// <summary>The shape of a record that is waiting to be written.</summary>
internal enum PendingKind : byte
{
    /// <summary>A latency record of a message that was sent.</summary>
    Sent,

    /// <summary>A latency record of a message that was sent and received.</summary>
    Received,

    /// <summary>An ack.</summary>
    Acked,

    /// <summary>A latency record that must be rejected.</summary>
    BadLatency,

    /// <summary>An ack record that must be rejected.</summary>
    BadAck,
}

namespace Aggregator.Core.Records;

/// <summary>Why a record was rejected; the first that applies, in this order (SPEC section 1).</summary>
public enum RejectReason : byte
{
    /// <summary>The record was accepted.</summary>
    None = 0,

    /// <summary>No value, or one of 0 bytes.</summary>
    Empty,

    /// <summary>The value has more than 65,536 bytes.</summary>
    TooLarge,

    /// <summary>Not one JSON object of valid UTF-8.</summary>
    Malformed,

    /// <summary><c>msg_id</c>, <c>send_ts</c> or <c>ack_ts</c> is absent.</summary>
    MissingField,

    /// <summary><c>msg_id</c> is empty, or a field has a type that it does not allow.</summary>
    BadField,

    /// <summary>A timestamp is not an integer or not within 2000 to 2099.</summary>
    BadTimestamp,

    /// <summary>A time lies further ahead of the record's Kafka timestamp than <c>MaxFutureSkew</c>.</summary>
    Future,
}

namespace Aggregator.Core.Generation;

/// <summary>What truly happened to one message. Times are ms since the epoch by a clock that is right.</summary>
internal struct TrafficMessage
{
    /// <summary>Its number, from 0.</summary>
    public long Number;
    public int From;
    public int To;
    public UserTraits FromTraits;
    public UserTraits ToTraits;
    public long SentAt;
    public long LatencyMs;
    public bool IsReceived;

    /// <summary>Whether an ack comes back, of success or error.</summary>
    public bool IsAcked;
    public long AckedAt;

    /// <summary>The index of its error code; -1 for success.</summary>
    public int ErrorCode;
}

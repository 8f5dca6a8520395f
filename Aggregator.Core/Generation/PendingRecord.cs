namespace Aggregator.Core.Generation;

/// <summary>A record that is waiting for its time to be written. Times are those of the clients' clocks, right or wrong.</summary>
internal struct PendingRecord
{
    public PendingKind Kind;

    /// <summary>The index of an error code, -1 for success; of a bad record what is bad about it.</summary>
    public short Variant;
    public byte Node;
    public byte Platform;
    public int From;
    public int To;
    public int LatencyMs;
    public long Message;

    /// <summary><c>send_ts</c> or <c>ack_ts</c>.</summary>
    public long Time;

    /// <summary><c>recv_ts</c> of a received message.</summary>
    public long ReceivedAt;
}

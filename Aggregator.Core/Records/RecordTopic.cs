namespace Aggregator.Core.Records;

/// <summary>The two topics of the contract, whatever their names in the cluster are.</summary>
public enum RecordTopic : byte
{
    /// <summary>A message was sent and, maybe, received: <c>im-latency</c>.</summary>
    Latency = 0,

    /// <summary>A device acknowledged a message or failed with a code: <c>ack</c>.</summary>
    Ack = 1,
}

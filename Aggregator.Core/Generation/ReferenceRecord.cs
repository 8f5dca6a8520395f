using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>One accepted record as the reference sees it: plain values, texts as strings.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="MessageId"><c>msg_id</c>.</param>
/// <param name="Time"><c>send_ts</c> or <c>ack_ts</c>, ms since the epoch.</param>
/// <param name="Sender"><c>from</c>; null where absent.</param>
/// <param name="Recipient"><c>to</c> or <c>uid</c>; null where absent.</param>
/// <param name="ReceivedAt"><c>recv_ts</c>, given or computed; null for a message that is not received.</param>
/// <param name="Sample">The latency in ms, whatever its range; null for a message that is not received.</param>
/// <param name="ErrorCode"><c>code</c> of an ack that failed; null for a success.</param>
/// <param name="Dimensions">The value of every configured dimension, "" where absent.</param>
internal sealed record ReferenceRecord(
    RecordTopic Topic, string MessageId, long Time, string? Sender, string? Recipient, long? ReceivedAt, double? Sample, string? ErrorCode,
    IReadOnlyDictionary<string, string> Dimensions)
{
    /// <summary>The time by which it moves the watermark.</summary>
    public long ReportTime => ReceivedAt ?? Time;
}

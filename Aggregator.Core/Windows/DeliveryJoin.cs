using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>
/// Joins messages with their acknowledgements across windows, in whatever order they are read. A message of window k is delivered by an acknowledgement in
/// windows k−1 (clocks disagree) to k+a, where a is <c>AckTimeout</c> in windows; only in the last of them does the exact time matter, because the
/// time-out ends there.
/// </summary>
internal sealed class DeliveryJoin(AggregationSettings settings, OpenWindows windows)
{
    private readonly long _sizeMs = (long)settings.Window.TotalMilliseconds;
    private readonly long _timeoutWindows = (long)(settings.AckTimeout / settings.Window);
    private readonly bool _isByRecipient = settings.Identity == DeliveryIdentity.Recipient;

    public long AckTimeoutMs { get; } = (long)settings.AckTimeout.TotalMilliseconds;

    /// <summary>A message was sent, and maybe received.</summary>
    /// <param name="record">The latency record.</param>
    /// <param name="cohort">The window of its sent fact.</param>
    /// <param name="isReceived">Whether it brings a received fact that is not late.</param>
    /// <param name="groups">The groups of the record.</param>
    /// <param name="value">The value of the record.</param>
    /// <param name="activityFinal">The last window whose activity is final.</param>
    /// <param name="isLimited">Whether there were too many windows to take it.</param>
    /// <returns>Which of its facts are no duplicates.</returns>
    public ReportChange Report(
        DecodedRecord record, long cohort, bool isReceived, RecordGroups groups, ReadOnlySpan<byte> value, long activityFinal, out bool isLimited)
    {
        OpenWindow? window = windows.Open(cohort, activityIsFinal: cohort <= activityFinal);
        isLimited = window is null;
        if (window is null)
        {
            return ReportChange.None;
        }
        ulong id = DeliveryId(record);
        int sendOffsetMs = (int)(record.TimeMs - (cohort * _sizeMs));
        Cohort deliveries = CohortOf(window);
        ReportChange change = deliveries.Deliveries.Report(id, sendOffsetMs, isReceived, out DeliveryTable.Entry entry);
        if ((change & ReportChange.NewSent) != 0)
        {
            deliveries.AddToGroups(entry, groups, value);
            AskNeighbours(id, cohort, sendOffsetMs, entry);
        }
        return change;
    }

    /// <summary>A message was acknowledged with success.</summary>
    public void Acknowledge(DecodedRecord record, long window)
    {
        ulong id = DeliveryId(record);
        int ackOffsetMs = (int)(record.TimeMs - (window * _sizeMs));
        OpenWindow own = windows.Open(window, activityIsFinal: false)!;
        if (CohortOf(own).Deliveries.Acknowledge(id, ackOffsetMs))
        {
            return;
        }
        foreach (OpenWindow other in windows.Neighbours(window, _timeoutWindows))
        {
            if (other.Index <= window + 1)
            {
                other.Cohort?.Deliveries.AcknowledgeFromElsewhere(id, other.Index == window - _timeoutWindows ? ackOffsetMs : 0);
            }
        }
    }

    /// <summary>A message is new to its window: was it acknowledged in another, or sent there too?</summary>
    private void AskNeighbours(ulong id, long cohort, int sendOffsetMs, in DeliveryTable.Entry entry)
    {
        bool isDelivered = false;
        bool isSentElsewhere = false;
        foreach (OpenWindow other in windows.Neighbours(cohort, _timeoutWindows))
        {
            if (other.Cohort is null)
            {
                continue;
            }
            isSentElsewhere |= other.Cohort.Deliveries.IsSent(id, out int earliestAckMs);
            bool isInTime = earliestAckMs != int.MaxValue && other.Index >= cohort - 1
                && (other.Index < cohort + _timeoutWindows || earliestAckMs <= sendOffsetMs);
            isDelivered |= isInTime;
        }
        if (isDelivered || isSentElsewhere)
        {
            DeliveryTable.NoteNeighbours(entry, isDelivered, isSentElsewhere);
        }
    }

    private Cohort CohortOf(OpenWindow window) => window.Cohort ??= new(settings, windows.IdsBefore(window.Index));

    /// <summary>The identity of the delivery: an absent recipient is one of its own (SPEC section 1).</summary>
    private ulong DeliveryId(DecodedRecord record)
    {
        if (!_isByRecipient)
        {
            return record.MessageId;
        }
        // Two rounds of a multiplication folded onto itself, as in wyhash: every bit of both hashes reaches every bit of the result.
        ulong recipient = record.HasRecipient ? record.Recipient : 0x9E37_79B9_7F4A_7C15;
        return Fold(Fold(record.MessageId ^ 0xA076_1D64_78BD_642F, recipient ^ 0xE703_7ED1_A0B4_28DB), record.HasRecipient ? 0x8EBC_6AF0_9C88_C6E3UL : 0x5899_65CC_7537_4CC3UL);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}

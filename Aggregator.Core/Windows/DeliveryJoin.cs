using Aggregator.Core.Records;
using Aggregator.Core.Tuning;

namespace Aggregator.Core.Windows;

/// <summary>
/// Joins messages with their acknowledgements across windows, in whatever order they are read. A message of window k is delivered by an acknowledgement in
/// windows k−1 (clocks disagree) to k+a, where a is <c>AckTimeout</c> in windows; only in the last of them does the exact time matter, because the
/// time-out ends there.
/// </summary>
// HOT: once per message and acknowledgement. Benchmarks: FoldBenchmark, and `grow` for long time-outs.
internal sealed class DeliveryJoin(AggregationSettings settings, OpenWindows windows)
{
    /// <summary>With time-outs of more windows it is noted which ones an id is in; with fewer it is as fast to look.</summary>
    private const int FewWindows = 4;

    private readonly long _sizeMs = (long)settings.Window.TotalMilliseconds;
    private readonly long _timeoutWindows = (long)(settings.AckTimeout / settings.Window);
    private readonly bool _isByRecipient = settings.Identity == DeliveryIdentity.Recipient;
    private readonly RecentIds? _recent = settings.AckTimeout / settings.Window > FewWindows && Tricks.NotesWindows ? new(windows.Spares.Recent) : null;

    public long AckTimeoutMs { get; } = (long)settings.AckTimeout.TotalMilliseconds;

    /// <summary>The record's id will be looked for soon, or not.</summary>
    public void Prefetch(OpenWindow window, DecodedRecord record)
    {
        ulong id = DeliveryId(record);
        window.Cohort?.Deliveries.Prefetch(id);
        if (_recent is null)
        {
            windows.Find(window.Index - 1)?.Cohort?.Deliveries.Prefetch(id);
        }
    }

    /// <summary>A message was sent, and maybe received.</summary>
    /// <param name="record">The latency record.</param>
    /// <param name="cohort">The window of its sent fact.</param>
    /// <param name="isReceived">Whether it brings a received fact that is not late.</param>
    /// <param name="groups">Knows the groups.</param>
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
        int known = deliveries.Deliveries.Count;
        ReportChange change = deliveries.Deliveries.Report(id, sendOffsetMs, isReceived, out DeliveryTable.Entry entry);
        if ((change & ReportChange.NewSent) != 0)
        {
            deliveries.AddToGroups(entry, record, groups, value);
            AskNeighbours(id, window, sendOffsetMs, entry);
        }
        Note(id, window, known);
        return change;
    }

    /// <summary>A message was acknowledged with success.</summary>
    public void Acknowledge(DecodedRecord record, long window)
    {
        ulong id = DeliveryId(record);
        int ackOffsetMs = (int)(record.TimeMs - (window * _sizeMs));
        OpenWindow own = windows.Open(window, activityIsFinal: false)!;
        Cohort deliveries = CohortOf(own);
        int known = deliveries.Deliveries.Count;
        bool isAlone = deliveries.Deliveries.Acknowledge(id, ackOffsetMs) && Tricks.KnowsOwnAcks;
        if (!isAlone && _recent is not null)
        {
            foreach (ulong index in _recent.WindowsOf(id))
            {
                if (IsNear((long)index, window) && windows.Find((long)index) is { } other)
                {
                    Acknowledge(other, id, window, ackOffsetMs);
                }
            }
        }
        else if (!isAlone)
        {
            for (long index = window - _timeoutWindows; index <= window + 1; index++)
            {
                if (index != window && windows.Find(index) is { } other)
                {
                    Acknowledge(other, id, window, ackOffsetMs);
                }
            }
        }
        Note(id, own, known);
    }

    private void Acknowledge(OpenWindow other, ulong id, long window, int ackOffsetMs)
    {
        if (other.Index <= window + 1)
        {
            other.Cohort?.Deliveries.AcknowledgeFromElsewhere(id, other.Index == window - _timeoutWindows ? ackOffsetMs : 0);
        }
    }

    /// <summary>A message is new to its window: was it acknowledged in another, or sent there too?</summary>
    private void AskNeighbours(ulong id, OpenWindow window, int sendOffsetMs, in DeliveryTable.Entry entry)
    {
        Answer answer = default;
        if (_recent is null)
        {
            for (long index = window.Index - _timeoutWindows; index <= window.Index + _timeoutWindows; index++)
            {
                if (index != window.Index && windows.Find(index) is { } other)
                {
                    Ask(other, id, window.Index, sendOffsetMs, ref answer);
                }
            }
        }
        else
        {
            foreach (ulong index in _recent.WindowsOf(id))
            {
                if (IsNear((long)index, window.Index) && windows.Find((long)index) is { } other)
                {
                    Ask(other, id, window.Index, sendOffsetMs, ref answer);
                }
            }
        }
        if (answer.IsDelivered || answer.IsSentElsewhere)
        {
            DeliveryTable.NoteNeighbours(entry, answer.IsDelivered, answer.IsSentElsewhere);
        }
    }

    private void Ask(OpenWindow other, ulong id, long cohort, int sendOffsetMs, ref Answer answer)
    {
        if (other.Cohort is null)
        {
            return;
        }
        answer.IsSentElsewhere |= other.Cohort.Deliveries.IsSent(id, out int earliestAckMs);
        answer.IsDelivered |= earliestAckMs != int.MaxValue && other.Index >= cohort - 1
            && (other.Index < cohort + _timeoutWindows || earliestAckMs <= sendOffsetMs);
    }

    private bool IsNear(long other, long window) => other != window && Math.Abs(other - window) <= _timeoutWindows;

    private void Note(ulong id, OpenWindow window, int known)
    {
        if (_recent is not null && window.Cohort!.Deliveries.Count != known)
        {
            _recent.Add(id, window.Index, windows.OldestKept);
        }
    }

    private Cohort CohortOf(OpenWindow window) => window.Cohort ?? window.OpenCohort(settings, windows.ExpectedIds(window.Index));

    /// <summary>The identity of the delivery: an absent recipient is one of its own (SPEC section 1).</summary>
    private ulong DeliveryId(DecodedRecord record)
    {
        if (!_isByRecipient)
        {
            return record.MessageId;
        }
        // Two rounds of a multiplication folded onto itself, as in wyhash: every bit of both hashes reaches every bit of the result.
        ulong recipient = record.HasRecipient ? record.Recipient : 0x9E37_79B9_7F4A_7C15;
        return WideProduct.Folded(WideProduct.Folded(record.MessageId ^ 0xA076_1D64_78BD_642F, recipient ^ 0xE703_7ED1_A0B4_28DB), record.HasRecipient ? 0x8EBC_6AF0_9C88_C6E3UL : 0x5899_65CC_7537_4CC3UL);
    }

    private struct Answer
    {
        public bool IsDelivered;
        public bool IsSentElsewhere;
    }
}

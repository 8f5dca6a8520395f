using Aggregator.Core.Windows;

namespace Aggregator.Core.Generation;

/// <summary>The sent and received facts of every cohort, and every successful ack, joined at the end.</summary>
internal sealed class ReferenceDeliveries(AggregationSettings settings, ReferenceWindows windows)
{
    // With Identity = message the recipient is null everywhere.
    private readonly record struct DeliveryId(string MessageId, string? Recipient);

    private readonly Dictionary<(long Cohort, DeliveryId Id), ReferenceRecord> _sent = [];
    private readonly HashSet<(long Cohort, DeliveryId Id)> _received = [];
    private readonly Dictionary<DeliveryId, List<long>> _acks = [];
    private readonly long _ackTimeoutMs = (long)settings.AckTimeout.TotalMilliseconds;

    /// <summary>When the cohort of a message sent at that time closes.</summary>
    public long CohortEnd(long sentAt) => windows.EndOf(sentAt) + _ackTimeoutMs;

    /// <summary>False where the cohort has a sent fact of that delivery already.</summary>
    public bool TryAddSent(ReferenceRecord record) => _sent.TryAdd((windows.StartOf(record.Time), IdOf(record)), record);

    /// <summary>False where that delivery has a received fact already that came with a sent fact of the cohort.</summary>
    public bool TryAddReceived(ReferenceRecord record) => _received.Add((windows.StartOf(record.Time), IdOf(record)));

    public void AddAck(ReferenceRecord record)
    {
        DeliveryId id = IdOf(record);
        if (!_acks.TryGetValue(id, out List<long>? times))
        {
            times = [];
            _acks[id] = times;
        }
        times.Add(record.Time);
    }

    /// <summary>Counts what was delivered, in the window and groups of its sent fact.</summary>
    public void Count()
    {
        foreach (((long cohort, DeliveryId id), ReferenceRecord sent) in _sent)
        {
            long earliest = cohort - windows.SizeMs;
            long latest = sent.Time + _ackTimeoutMs;
            if (_acks.TryGetValue(id, out List<long>? times) && times.Exists(time => time >= earliest && time <= latest))
            {
                windows.Count(sent.Time, sent.Dimensions, group => group.Delivered++);
            }
        }
    }

    private DeliveryId IdOf(ReferenceRecord record) =>
        new(record.MessageId, settings.Identity == DeliveryIdentity.Recipient ? record.Recipient : null);
}

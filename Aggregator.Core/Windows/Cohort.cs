using Aggregator.Core.Records;
using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>The deliveries that were sent in one window, by group, and how they fared.</summary>
internal sealed class Cohort
{
    private readonly LimitedSlots<GroupKey>[] _sets;

    public Cohort(AggregationSettings settings, int expectedIds)
    {
        Deliveries = new((long)settings.Window.TotalMilliseconds, settings.Groups.Count, expectedIds);
        _sets = new LimitedSlots<GroupKey>[settings.Groups.Count];
        for (int s = 0; s < _sets.Length; s++)
        {
            _sets[s] = new(settings.MaxSeries);
        }
    }

    public DeliveryTable Deliveries { get; }

    /// <summary>Puts a delivery that was sent just now into its groups.</summary>
    public void AddToGroups(in DeliveryTable.Entry entry, DecodedRecord record, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        Span<int> slots = entry.Groups;
        for (int s = 0; s < _sets.Length; s++)
        {
            if (_sets[s].Offer(record.GroupHashes[s], out slots[s], out _))
            {
                _sets[s].Fill(groups.KeyOf(s, record, value));
            }
        }
    }

    /// <summary>The total, then the groups in order; final, so it is called once.</summary>
    public IReadOnlyList<GroupDelivery> ToResult(FoldCounters counters)
    {
        long sent = 0;
        long delivered = 0;
        long[][] sentBySlot = [.. _sets.Select(set => new long[set.SlotsGiven])];
        long[][] deliveredBySlot = [.. _sets.Select(set => new long[set.SlotsGiven])];
        Deliveries.VisitSent((slots, isDelivered) =>
        {
            int one = isDelivered ? 1 : 0;
            sent++;
            delivered += one;
            for (int s = 0; s < slots.Length; s++)
            {
                if (slots[s] == BottomK.NoSlot || _sets[s][slots[s]] is null)
                {
                    counters.CountLimited(LimitKind.Series, 1);
                    continue;
                }
                sentBySlot[s][slots[s]]++;
                deliveredBySlot[s][slots[s]] += one;
            }
        });
        List<GroupDelivery> result = [new(GroupKey.Total, sent, delivered)];
        for (int s = 0; s < _sets.Length; s++)
        {
            for (int slot = 0; slot < _sets[s].SlotsGiven; slot++)
            {
                if (_sets[s][slot] is { } key)
                {
                    result.Add(new(key, sentBySlot[s][slot], deliveredBySlot[s][slot]));
                }
            }
        }
        result.Sort((left, right) => GroupKey.Compare(left.Group, right.Group));
        return result;
    }
}

using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>The deliveries that were sent in one window, by group, and how they fared.</summary>
internal sealed class Cohort
{
    private readonly LimitedSlots<CohortGroup>[] _sets;

    public Cohort(AggregationSettings settings, int expectedIds)
    {
        Deliveries = new((long)settings.Window.TotalMilliseconds, settings.Groups.Count, expectedIds);
        _sets = new LimitedSlots<CohortGroup>[settings.Groups.Count];
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
                _sets[s].Fill(new(groups.KeyOf(s, record, value)));
            }
        }
    }

    /// <summary>What became of the deliveries; final, so it is called once.</summary>
    public CohortTotals ToTotals(FoldCounters counters)
    {
        CohortTotals totals = new(_sets);
        Deliveries.VisitSent((slots, isDelivered) => totals.Add(slots, isDelivered, counters));
        return totals;
    }
}

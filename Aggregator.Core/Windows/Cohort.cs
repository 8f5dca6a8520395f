using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>The deliveries that were sent in one window, by group, and how they fared.</summary>
internal sealed class Cohort
{
    // So that neither a slot nor BottomK.NoSlot is 0, which stands for what is not known.
    private const int KnownSlot = 2;

    private readonly AggregationSettings _settings;
    private readonly SpareTables _spares;
    private readonly LimitedSlots<CohortGroup>[] _sets;
    private readonly ByCombination<int> _known;

    /// <param name="settings">What to compute.</param>
    /// <param name="expectedIds">How many ids there will probably be.</param>
    /// <param name="spares">Has the memory.</param>
    public Cohort(AggregationSettings settings, int expectedIds, SpareTables spares)
    {
        _settings = settings;
        _spares = spares;
        Deliveries = NewTable(expectedIds);
        _sets = new LimitedSlots<CohortGroup>[settings.Groups.Count];
        _known = new(settings.Groups.Count);
        for (int s = 0; s < _sets.Length; s++)
        {
            _sets[s] = new(settings.MaxSeries);
        }
    }

    public DeliveryTable Deliveries { get; private set; }

    /// <summary>Gives the ids back; nothing but <see cref="Begin"/> may follow.</summary>
    public void End() => Deliveries.Release();

    /// <summary>Begins anew; groups that come again find their memory.</summary>
    public void Begin(int expectedIds)
    {
        Deliveries = NewTable(expectedIds);
        _known.Clear();
        foreach (LimitedSlots<CohortGroup> set in _sets)
        {
            set.Restart();
        }
    }

    /// <summary>Puts a delivery that was sent just now into its groups.</summary>
    public void AddToGroups(in DeliveryTable.Entry entry, DecodedRecord record, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        if (_sets.Length == 0)
        {
            return;
        }
        Span<int> slots = entry.Groups;
        Span<int> known = _known.Of(record.Combination, groups.Generation);
        if (known.IsEmpty || known[0] == 0)
        {
            FindGroups(slots, record, groups, value);
            for (int s = 0; s < known.Length; s++)
            {
                known[s] = slots[s] + KnownSlot;
            }
            return;
        }
        for (int s = 0; s < slots.Length; s++)
        {
            slots[s] = known[s] - KnownSlot;
        }
    }

    // What a hash once got it keeps, be it no slot at all or one whose state is evicted later.
    private void FindGroups(Span<int> slots, DecodedRecord record, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        for (int s = 0; s < _sets.Length; s++)
        {
            if (_sets[s].Offer(groups.HashOf(s, record), out slots[s], out _))
            {
                _sets[s].Fill(_sets[s].TakeFormer() ?? new(groups.KeyOf(s, record, value)));
            }
        }
    }

    private DeliveryTable NewTable(int expectedIds) => new((long)_settings.Window.TotalMilliseconds, _settings.Groups.Count, expectedIds, _spares);

    /// <summary>What became of the deliveries; final, so it is called once.</summary>
    public CohortTotals ToTotals(FoldCounters counters)
    {
        CohortTotals totals = new(_sets);
        Deliveries.VisitSent((slots, isDelivered) => totals.Add(slots, isDelivered, counters));
        return totals;
    }
}

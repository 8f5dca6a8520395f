using System.Runtime.CompilerServices;
using Aggregator.Core.Records;
using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>What happened in one window, in total and in each group.</summary>
internal sealed class ActivityWindow
{
    private readonly AggregationSettings _settings;
    private readonly FoldCounters _counters;
    private readonly SpareTables _spares;
    private readonly ActivityCounts _total;
    private readonly LimitedSlots<ActivityCounts>[] _sets;
    private readonly ByCombination<ActivityCounts> _known;

    public ActivityWindow(AggregationSettings settings, FoldCounters counters, SpareTables spares)
    {
        _spares = spares;
        _settings = settings;
        _counters = counters;
        _total = new(GroupKey.Total, settings.MaxErrorCodes, spares);
        _sets = new LimitedSlots<ActivityCounts>[settings.Groups.Count];
        _known = new(settings.Groups.Count);
        for (int s = 0; s < _sets.Length; s++)
        {
            _sets[s] = new(settings.MaxSeries);
        }
    }

    /// <summary>The record will be added soon, or not.</summary>
    public void Prefetch(DecodedRecord record, RecordGroups groups)
    {
        _total.Prefetch(record);
        foreach (ActivityCounts? counts in _known.Of(record.Combination, groups.Generation))
        {
            counts?.Prefetch(record);
        }
    }

    /// <summary>Adds that the sender of a message was active.</summary>
    public void AddSender(DecodedRecord record, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        _total.AddSender(record);
        if (_sets.Length == 0)
        {
            return;
        }
        Span<ActivityCounts?> known = _known.Of(record.Combination, groups.Generation);
        for (int s = 0; s < _sets.Length; s++)
        {
            CountsOf(s, known, record, groups, value)?.AddSender(record);
        }
    }

    /// <summary>Adds that a message was received.</summary>
    /// <param name="record">The latency record.</param>
    /// <param name="hasSample">Whether its sample is one.</param>
    /// <param name="groups">Knows the groups.</param>
    /// <param name="value">The value of the record.</param>
    public void AddReceived(DecodedRecord record, bool hasSample, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        _total.AddReceived(record, hasSample);
        if (_sets.Length == 0)
        {
            return;
        }
        Span<ActivityCounts?> known = _known.Of(record.Combination, groups.Generation);
        for (int s = 0; s < _sets.Length; s++)
        {
            CountsOf(s, known, record, groups, value)?.AddReceived(record, hasSample);
        }
    }

    public void AddAck(DecodedRecord record, RecordDecoder decoder, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        _total.AddAck(record, decoder, value);
        if (_sets.Length == 0)
        {
            return;
        }
        Span<ActivityCounts?> known = _known.Of(record.Combination, groups.Generation);
        for (int s = 0; s < _sets.Length; s++)
        {
            CountsOf(s, known, record, groups, value)?.AddAck(record, decoder, value);
        }
    }

    /// <summary>Begins anew; groups that come again find their memory.</summary>
    public void Restart()
    {
        _total.Clear();
        _known.Clear();
        foreach (LimitedSlots<ActivityCounts> set in _sets)
        {
            set.Restart();
        }
    }

    /// <summary>Adds what another lane has of the same window.</summary>
    /// <param name="other">Nothing but <see cref="Restart"/> may follow for it.</param>
    /// <param name="counters">Takes the facts that limits leave out now.</param>
    public void Merge(ActivityWindow other, FoldCounters counters)
    {
        _total.Merge(other._total);
        for (int s = 0; s < _sets.Length; s++)
        {
            _sets[s].Merge(other._sets[s], static (into, from) => into.Merge(from), left => counters.CountLimited(LimitKind.Series, left.Facts));
        }
    }

    /// <summary>The total, then the groups in order. Counts what the limits left out, so it is called once.</summary>
    public IReadOnlyList<GroupActivity> ToResult(FoldCounters counters)
    {
        List<GroupActivity> result = [_total.ToResult()];
        CountErrorsLeftOut(_total, counters);
        foreach (ActivityCounts counts in _sets.SelectMany(set => set.Kept))
        {
            result.Add(counts.ToResult());
            CountErrorsLeftOut(counts, counters);
        }
        result.Sort((left, right) => GroupKey.Compare(left.Group, right.Group));
        return result;
    }

    private static void CountErrorsLeftOut(ActivityCounts counts, FoldCounters counters)
    {
        if (counts.ErrorsLeftOut > 0)
        {
            counters.CountLimited(LimitKind.ErrorCodes, counts.ErrorsLeftOut);
        }
    }

    private ActivityCounts? CountsOf(int set, Span<ActivityCounts?> known, DecodedRecord record, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        if (known.IsEmpty)
        {
            return LookUp(set, record, groups, value);
        }
        return known[set] ??= LookUp(set, record, groups, value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ActivityCounts? LookUp(int set, DecodedRecord record, RecordGroups groups, ReadOnlySpan<byte> value)
    {
        LimitedSlots<ActivityCounts> slots = _sets[set];
        if (slots.Offer(groups.HashOf(set, record), out int slot, out ActivityCounts? evicted))
        {
            slots.Fill(slots.TakeFormer() ?? new(groups.KeyOf(set, record, value), _settings.MaxErrorCodes, _spares));
        }
        if (evicted is not null)
        {
            _counters.CountLimited(LimitKind.Series, evicted.Facts);
            _known.Clear();
        }
        if (slot == BottomK.NoSlot)
        {
            _counters.CountLimited(LimitKind.Series, 1);
            return null;
        }
        return slots[slot];
    }
}

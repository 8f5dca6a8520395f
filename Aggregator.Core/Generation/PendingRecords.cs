namespace Aggregator.Core.Generation;

/// <summary>
/// The records that wait for their time to be written, the earliest first; of one time in the order in which they were added. They lie still in
/// slots that are used again, only small keys move.
/// </summary>
internal sealed class PendingRecords
{
    private readonly PriorityQueue<int, (long WriteMs, long Sequence)> _order = new(Comparer<(long WriteMs, long Sequence)>.Create(
        (left, right) => left.WriteMs != right.WriteMs ? left.WriteMs.CompareTo(right.WriteMs) : left.Sequence.CompareTo(right.Sequence)));

    private readonly Stack<int> _free = [];
    private PendingRecord[] _slots = new PendingRecord[1_024];
    private int _used;
    private long _sequence;

    /// <summary>When the first of them is written; null where there is none.</summary>
    public long? FirstWriteMs => _order.TryPeek(out _, out (long WriteMs, long Sequence) first) ? first.WriteMs : null;

    public void Add(in PendingRecord record, long writeMs)
    {
        if (!_free.TryPop(out int slot))
        {
            if (_used == _slots.Length)
            {
                Array.Resize(ref _slots, 2 * _used);
            }
            slot = _used++;
        }
        _slots[slot] = record;
        _order.Enqueue(slot, (writeMs, _sequence++));
    }

    public bool TryTake(out PendingRecord record, out long writeMs)
    {
        if (!_order.TryDequeue(out int slot, out (long WriteMs, long Sequence) order))
        {
            record = default;
            writeMs = 0;
            return false;
        }
        record = _slots[slot];
        writeMs = order.WriteMs;
        _free.Push(slot);
        return true;
    }
}

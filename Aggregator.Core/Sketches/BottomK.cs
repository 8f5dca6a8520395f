namespace Aggregator.Core.Sketches;

/// <summary>
/// A limit that does not depend on the order of arrival: of all distinct hashes that are offered, the <see cref="Limit"/> smallest are kept.
/// <para>
/// What is kept in the end was kept from its first offer on, so what was gathered in its slot is complete. For at any time exactly the K smallest of
/// the hashes offered so far are kept (all, while they are K at most): a new hash is let in if it is smaller than the largest kept one, which goes. A
/// hash is refused or evicted only when K others that have been offered are smaller. One that is among the K smallest in the end has fewer than K
/// smaller ones among all that were ever offered, hence at any earlier time too: it was neither refused nor evicted. For the same reason a hash that
/// was refused or evicted once is never let in again.
/// </para>
/// <para>
/// So which series a limit admits is a function of the hashes alone; where evicted slots and refusals count elsewhere (in the total only), the result
/// is one too. Known hashes cost one look-up, admissions O(log K); with n distinct hashes in random order about K·ln(n/K) are evicted. One thread.
/// </para>
/// </summary>
public sealed class BottomK
{
    /// <summary>Stands for no slot.</summary>
    public const int NoSlot = -1;

    private readonly HashIndex _slots = new();

    // The kept hashes as a heap, the largest first.
    private readonly PriorityQueue<ulong, ulong> _largest = new(Comparer<ulong>.Create((left, right) => right.CompareTo(left)));

    /// <param name="limit">K, how many hashes are kept: 1 or more.</param>
    public BottomK(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        Limit = limit;
    }

    /// <summary>How many hashes are kept at most.</summary>
    public int Limit { get; }

    /// <summary>How many hashes are kept now.</summary>
    public int Count => _slots.Count;

    /// <summary>How many slots have been given out, those of evicted hashes included: the next one's number.</summary>
    public int SlotsGiven { get; private set; }

    // HOT when the hash is known: once per record and group.
    /// <summary>Offers a hash.</summary>
    /// <param name="hash">Any value.</param>
    /// <param name="slot">The slot of the hash; <see cref="NoSlot"/> where it is refused. Slots count up from 0 and are never given out again.</param>
    /// <param name="evictedSlot">The slot of the hash that went to make room; <see cref="NoSlot"/> where none did.</param>
    public Admission Offer(ulong hash, out int slot, out int evictedSlot)
    {
        evictedSlot = NoSlot;
        return _slots.TryGet(hash, out slot) ? Admission.Known : OfferNew(hash, out slot, out evictedSlot);
    }

    /// <summary>The slot of a hash that is kept.</summary>
    /// <returns>False where it is not.</returns>
    public bool TryGet(ulong hash, out int slot) => _slots.TryGet(hash, out slot);

    /// <summary>Begins anew, as if nothing had been offered; the room stays.</summary>
    public void Clear()
    {
        _slots.Clear();
        _largest.Clear();
        SlotsGiven = 0;
    }

    private Admission OfferNew(ulong hash, out int slot, out int evictedSlot)
    {
        evictedSlot = NoSlot;
        if (_slots.Count == Limit)
        {
            if (hash > _largest.Peek())
            {
                slot = NoSlot;
                return Admission.Refused;
            }
            _slots.Remove(_largest.DequeueEnqueue(hash, hash), out evictedSlot);
        }
        else
        {
            _largest.Enqueue(hash, hash);
        }
        slot = SlotsGiven;
        SlotsGiven = checked(SlotsGiven + 1);
        _slots.Add(hash, slot);
        return Admission.Admitted;
    }
}

namespace Aggregator.Core.Sketches;

/// <summary>
/// Finds the index that was given to a 64-bit hash: an open-addressing map whose keys are hashes already (every bit of them counts as random), any
/// value allowed. At most half full, so that a look-up is one cache line as a rule. Grows, and never shrinks. One thread. The lowest bits choose the
/// place: the highest ones are all 0 in the small hashes that <see cref="BottomK"/> keeps.
/// </summary>
public sealed class HashIndex
{
    private const int FirstSize = 16;

    private Slot[] _slots;
    private int _count;

    /// <param name="capacity">How many hashes fit before it must grow; 0 or more.</param>
    public HashIndex(int capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 28);
        int size = FirstSize;
        while (size < 2 * capacity)
        {
            size *= 2;
        }
        _slots = new Slot[size];
    }

    public int Count => _count;

    // HOT: once per record and group.
    /// <summary>Finds the index of a hash.</summary>
    /// <returns>False, and 0 as the index, where the hash is unknown.</returns>
    public bool TryGet(ulong hash, out int index)
    {
        Slot[] slots = _slots;
        int mask = slots.Length - 1;
        for (int i = (int)hash & mask; slots[i].IsTaken; i = (i + 1) & mask)
        {
            if (slots[i].Hash == hash)
            {
                index = slots[i].Index;
                return true;
            }
        }
        index = 0;
        return false;
    }

    /// <summary>Adds a hash that is not there yet.</summary>
    /// <param name="hash">Any value.</param>
    /// <param name="index">0 or more.</param>
    /// <exception cref="ArgumentException">The hash is there already.</exception>
    public void Add(ulong hash, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (_count >= _slots.Length / 2)
        {
            Grow();
        }
        int mask = _slots.Length - 1;
        int i = (int)hash & mask;
        for (; _slots[i].IsTaken; i = (i + 1) & mask)
        {
            if (_slots[i].Hash == hash)
            {
                throw new ArgumentException($"The hash {hash:x16} has the index {_slots[i].Index} already.", nameof(hash));
            }
        }
        _slots[i] = new Slot(hash, index);
        _count++;
    }

    /// <summary>Takes a hash out.</summary>
    /// <returns>False where it was not there.</returns>
    public bool Remove(ulong hash) => Remove(hash, out _);

    /// <summary>Takes a hash out and tells the index that it had.</summary>
    /// <returns>False, and 0 as the index, where it was not there.</returns>
    public bool Remove(ulong hash, out int index)
    {
        int mask = _slots.Length - 1;
        for (int i = (int)hash & mask; _slots[i].IsTaken; i = (i + 1) & mask)
        {
            if (_slots[i].Hash == hash)
            {
                index = _slots[i].Index;
                CloseGap(i);
                _count--;
                return true;
            }
        }
        index = 0;
        return false;
    }

    /// <summary>Takes all out; the room stays.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        _count = 0;
    }

    // Moves the followers back whose way from their home slot leads over the gap, so that no tombstone is needed and look-ups never get slower.
    private void CloseGap(int gap)
    {
        int mask = _slots.Length - 1;
        for (int i = (gap + 1) & mask; _slots[i].IsTaken; i = (i + 1) & mask)
        {
            int home = (int)_slots[i].Hash & mask;
            if (((i - home) & mask) >= ((i - gap) & mask))
            {
                _slots[gap] = _slots[i];
                gap = i;
            }
        }
        _slots[gap] = default;
    }

    private void Grow()
    {
        Slot[] old = _slots;
        _slots = new Slot[2 * old.Length];
        int mask = _slots.Length - 1;
        foreach (Slot slot in old)
        {
            if (slot.IsTaken)
            {
                int i = (int)slot.Hash & mask;
                while (_slots[i].IsTaken)
                {
                    i = (i + 1) & mask;
                }
                _slots[i] = slot;
            }
        }
    }

    // The complement of an index of 0 or more is never 0, so a zeroed slot is an empty one and the hash may be 0.
    private readonly struct Slot(ulong hash, int index)
    {
        private readonly int _complement = ~index;

        public ulong Hash { get; } = hash;

        public int Index => ~_complement;

        public bool IsTaken => _complement != 0;
    }
}

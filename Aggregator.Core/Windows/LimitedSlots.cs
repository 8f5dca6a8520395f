using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>
/// States by hash, at most so many, chosen by <see cref="BottomK"/>: which ones are kept does not depend on the order of arrival, and what a kept one holds is complete.
/// </summary>
/// <typeparam name="T">What is kept for each hash.</typeparam>
public sealed class LimitedSlots<T>(int limit)
    where T : class, IClearable
{
    private readonly BottomK _admission = new(limit);
    private readonly List<T?> _states = [];
    private readonly List<ulong> _hashes = [];
    private readonly HashIndex _former = new();
    private readonly List<T?> _formerStates = [];
    private ulong _offered;

    /// <summary>How many are kept.</summary>
    public int Count => _admission.Count;

    /// <summary>The state in a slot; null where it was evicted.</summary>
    public T? this[int slot] => _states[slot];

    /// <summary>How many slots were given out.</summary>
    public int SlotsGiven => _states.Count;

    /// <summary>Those that are kept, in the order in which they came.</summary>
    public IEnumerable<T> Kept => _states.OfType<T>();

    // HOT: once per fact and dimension set.
    /// <summary>The slot of a hash.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="slot">Its slot; <see cref="BottomK.NoSlot"/> where the limit refuses it.</param>
    /// <param name="evicted">A state that had to go for it; null as a rule.</param>
    /// <returns>True where the slot is new: the caller gives it a state by <see cref="Fill"/> before anything else.</returns>
    public bool Offer(ulong hash, out int slot, out T? evicted)
    {
        Admission admission = _admission.Offer(hash, out slot, out int evictedSlot);
        evicted = null;
        _offered = hash;
        if (evictedSlot != BottomK.NoSlot)
        {
            evicted = _states[evictedSlot];
            _states[evictedSlot] = null;
        }
        return admission == Admission.Admitted;
    }

    /// <summary>The state of a hash, where it is kept.</summary>
    public T? Find(ulong hash) => _admission.TryGet(hash, out int slot) ? _states[slot] : null;

    /// <summary>Begins anew, as if nothing had been offered. The states stay for hashes that are offered again before the next time.</summary>
    public void Restart()
    {
        _former.Clear();
        _formerStates.Clear();
        for (int i = 0; i < _states.Count; i++)
        {
            if (_states[i] is { } state)
            {
                _former.Add(_hashes[i], _formerStates.Count);
                _formerStates.Add(state);
            }
        }
        _states.Clear();
        _hashes.Clear();
        _admission.Clear();
    }

    /// <summary>The state that the hash offered last had before <see cref="Restart"/>, cleared; null where it had none.</summary>
    public T? TakeFormer()
    {
        if (!_former.Remove(_offered, out int index))
        {
            return null;
        }
        T? state = _formerStates[index];
        _formerStates[index] = null;
        state?.Clear();
        return state;
    }

    /// <summary>Gives the slot that was given out last its state.</summary>
    public void Fill(T state)
    {
        _states.Add(state);
        _hashes.Add(_offered);
    }

    /// <summary>Takes over the states of another one, for which nothing but <see cref="Restart"/> may follow.</summary>
    /// <param name="other">The other one; it keeps the states that are not taken over.</param>
    /// <param name="merge">Adds the second state to the first.</param>
    /// <param name="leaveOut">Is told of states that the limit refuses or evicts now.</param>
    public void Merge(LimitedSlots<T> other, Action<T, T> merge, Action<T> leaveOut)
    {
        for (int i = 0; i < other._states.Count; i++)
        {
            if (other._states[i] is not { } state)
            {
                continue;
            }
            if (Offer(other._hashes[i], out int slot, out T? evicted))
            {
                Fill(state);
                other._states[i] = null;
            }
            else if (slot == BottomK.NoSlot)
            {
                leaveOut(state);
            }
            else
            {
                merge(_states[slot]!, state);
            }
            if (evicted is not null)
            {
                leaveOut(evicted);
            }
        }
    }
}

namespace Aggregator.Benchmarks.Compare.Plain;

/// <summary>Slots as those of <see cref="Core.Windows.DeliveryTable"/>, looked through one by one.</summary>
internal sealed class LinearTable(int ids)
{
    private readonly ulong[] _slots = new ulong[ids * 3 / 2];

    public void Clear() => Array.Clear(_slots);

    /// <summary>Sets flags of an id.</summary>
    public void Set(ulong id, ulong flags, int stateBits)
    {
        ulong tag = id >> stateBits << stateBits;
        int i = (int)Math.BigMul(ulong.RotateRight(id, stateBits), (ulong)_slots.Length, out _);
        while (_slots[i] != 0 && _slots[i] >> stateBits << stateBits != tag)
        {
            i = i + 1 == _slots.Length ? 0 : i + 1;
        }
        _slots[i] |= tag | flags;
    }
}

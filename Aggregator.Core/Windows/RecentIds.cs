using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>
/// In which windows a delivery id may be found: asked where the time-out spans so many windows that not each can be looked at for each record. May name a window that does not
/// have the id (32 bits of its hash tell them apart), never the other way round.
/// <para>
/// Segments of open-addressing tables, 8 bytes for each id and window. A full one is followed by a new one and goes as a whole once its windows are final: nothing is
/// ever moved.
/// </para>
/// </summary>
internal sealed class RecentIds(SpareArrays<ulong> spares)
{
    private const int FirstSlots = 1 << 12;
    private const int MostSlots = 1 << 26;

    private readonly List<Segment> _segments = [];
    private ulong[] _found = new ulong[16];

    /// <summary>Entries kept, those of final windows included that share a segment with others.</summary>
    public int Count => _segments.Sum(segment => segment.Taken);

    // HOT: once per delivery id and window, with long time-outs.
    /// <summary>Notes that a window has got an id.</summary>
    /// <param name="id">The hash of the delivery id.</param>
    /// <param name="window">The window.</param>
    /// <param name="oldest">The first window that is still asked for.</param>
    public void Add(ulong id, long window, long oldest)
    {
        if (_segments.Count == 0 || _segments[^1].IsFull)
        {
            RemoveBefore(oldest);
            // Half of what there is: few segments, and little that stays too long.
            int slots = (int)Math.Clamp(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Count), FirstSlots, MostSlots);
            _segments.Add(new(spares.Take(slots), slots - 1));
        }
        _segments[^1].Add(id, window);
    }

    // HOT: once per record, with long time-outs.
    /// <summary>The windows that may have an id, valid until the next call.</summary>
    public ReadOnlySpan<ulong> WindowsOf(ulong id)
    {
        int count = 0;
        foreach (Segment segment in _segments)
        {
            segment.Find(id, ref _found, ref count);
        }
        return _found.AsSpan(0, count);
    }

    private void RemoveBefore(long oldest)
    {
        for (int i = _segments.Count - 1; i >= 0; i--)
        {
            if (_segments[i].LastWindow < oldest)
            {
                spares.Return(_segments[i].Slots);
                _segments.RemoveAt(i);
            }
        }
    }

    /// <param name="slots">All zero as far as the mask reaches.</param>
    /// <param name="mask">The number of slots, a power of two, less one.</param>
    private sealed class Segment(ulong[] slots, int mask)
    {
        // Tag in the upper half, window in the lower: windows are a second long at least, so 32 bits reach to the year 2106. Empty is 0, since no window is.
        public ulong[] Slots => slots;

        public int Taken { get; private set; }

        public bool IsFull => Taken > mask / 2;

        public long LastWindow { get; private set; }

        public void Add(ulong id, long window)
        {
            int i = Home(id);
            while (slots[i] != 0)
            {
                i = (i + 1) & mask;
            }
            slots[i] = (id & 0xFFFF_FFFF_0000_0000) | (uint)window;
            Taken++;
            LastWindow = Math.Max(LastWindow, window);
        }

        public void Find(ulong id, ref ulong[] found, ref int count)
        {
            for (int i = Home(id); slots[i] != 0; i = (i + 1) & mask)
            {
                if ((slots[i] ^ id) >> 32 == 0)
                {
                    if (count == found.Length)
                    {
                        Array.Resize(ref found, 2 * count);
                    }
                    found[count++] = (uint)slots[i];
                }
            }
        }

        private int Home(ulong id) => (int)id & mask;
    }
}

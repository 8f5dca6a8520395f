using Aggregator.Core.Tuning;

namespace Aggregator.Core.Sketches;

/// <summary>
/// Arrays of tables that are done with, for the next ones: a table of some megabytes that is made anew each window costs more in pages of fresh memory and collections than
/// filling it. Those that came last are kept. They are pinned, so that their addresses stay what they are. One thread.
/// </summary>
/// <typeparam name="T">What they hold.</typeparam>
/// <param name="most">How many are kept at most: what was not taken while so many others came goes.</param>
public sealed class SpareArrays<T>(int most)
    where T : unmanaged
{
    /// <summary>A new array is longer than asked for by this part of it: a window brings a little more than the one before it, as often as not.</summary>
    private const int SlackPart = 8;

    // Those that came last stand last.
    private readonly List<(T[] Array, long Number)> _spares = [];
    private long _number;

    /// <summary>Bytes that are kept.</summary>
    public unsafe long Bytes => _spares.Sum(spare => (long)spare.Array.Length * sizeof(T));

    /// <summary>An array for a table.</summary>
    /// <param name="length">
    /// How many elements it needs: they are all zero. The array may be longer, a kept one twice as long, and what is in it there is undefined.
    /// </param>
    public T[] Take(int length)
    {
        for (int i = _spares.Count - 1; i >= 0; i--)
        {
            T[] spare = _spares[i].Array;
            if (spare.Length >= length && spare.Length / 2 <= length)
            {
                _spares.RemoveAt(i);
                Array.Clear(spare, 0, length);
                return spare;
            }
        }
        T[] array = GC.AllocateArray<T>((int)Math.Min(Array.MaxLength, length + ((long)length / SlackPart)), pinned: true);
        HugePages.Request(array);
        return array;
    }

    /// <summary>Keeps an array that nobody uses any more.</summary>
    public void Return(T[] array)
    {
        if (!Tricks.KeepsArrays)
        {
            return;
        }
        _number++;
        while (_spares.Count > 0 && _number - _spares[0].Number >= most)
        {
            _spares.RemoveAt(0);
        }
        _spares.Add((array, _number));
    }
}

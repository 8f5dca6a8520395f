using Aggregator.Core.Tuning;

namespace Aggregator.Core.Sketches;

/// <summary>
/// Arrays of tables that are done with, for the next ones: what windows need anew each time would be large, long-lived garbage, and fresh pages, which are dear on virtual machines.
/// Those that came last are kept, the very last with their memory; of others, and of those that go, the pages return to the system at once, not when the collector comes by.
/// All are pinned, so that their addresses stay what they are. One thread.
/// </summary>
/// <typeparam name="T">What they hold.</typeparam>
/// <param name="most">How many are kept at most: what was not taken while so many others came goes.</param>
/// <param name="mostResident">How many of them keep their memory.</param>
public sealed unsafe class SpareArrays<T>(int most, int mostResident)
    where T : unmanaged
{
    /// <summary>From this size on huge pages are asked for: smaller tables gain nothing by them (<c>grow --only ids</c>).</summary>
    public const int HugeBytes = 16 * 1024 * 1024;

    /// <summary>A new array is longer than asked for by this part of it: a window brings a little more than the one before it, as often as not. What is not used takes no memory.</summary>
    private const int SlackPart = 8;

    // Those that came last stand last.
    private readonly List<(T[] Array, long Number, bool IsResident)> _spares = [];
    private long _number;

    /// <summary>Bytes of arrays that are kept, with memory or without.</summary>
    public long Bytes => _spares.Sum(spare => BytesOf(spare.Array));

    /// <summary>An array for a table.</summary>
    /// <param name="length">
    /// How many elements it needs: they are all zero. The array may be longer, a kept one twice as long, and what is in it there is undefined.
    /// </param>
    public T[] Take(int length)
    {
        for (int i = _spares.Count - 1; i >= 0; i--)
        {
            (T[] spare, _, bool isResident) = _spares[i];
            if (spare.Length >= length && spare.Length / 2 <= length)
            {
                _spares.RemoveAt(i);
                if (isResident)
                {
                    Array.Clear(spare, 0, length);
                }
                return spare;
            }
        }
        // Not cleared by the collector, which would touch all of it.
        T[] array = GC.AllocateUninitializedArray<T>((int)Math.Min(Array.MaxLength, length + ((long)length / SlackPart)), pinned: true);
        MemoryAdvice.GiveBack(array);
        if (BytesOf(array) >= HugeBytes && Tricks.AsksForHugePages)
        {
            MemoryAdvice.RequestHugePages(array);
        }
        return array;
    }

    /// <summary>Keeps an array that <see cref="Take"/> gave out and nobody uses any more.</summary>
    public void Return(T[] array)
    {
        if (!Tricks.KeepsArrays)
        {
            return;
        }
        _number++;
        _spares.Add((array, _number, true));
        int resident = 0;
        for (int i = _spares.Count - 1; i >= 0; i--)
        {
            (T[] spare, long number, bool isResident) = _spares[i];
            if (isResident && ++resident > mostResident)
            {
                MemoryAdvice.GiveBack(spare);
                _spares[i] = (spare, number, false);
            }
        }
        _spares.RemoveAll(spare => _number - spare.Number >= most);
    }

    private static long BytesOf(T[] array) => (long)array.Length * sizeof(T);
}

namespace Aggregator.Core.Windows;

/// <summary>
/// What a window knows of combinations of dimension values (<see cref="RecordGroups"/>): a value for each dimension set, found by an index instead of a look-up for each
/// set. Forgets all when combinations are numbered anew.
/// </summary>
/// <typeparam name="T">What is kept; its default stands for nothing.</typeparam>
/// <param name="sets">How many dimension sets there are.</param>
internal sealed class ByCombination<T>(int sets)
{
    private T?[] _values = [];
    private int _generation;

    // HOT: once per fact with dimension sets.
    /// <summary>What is kept for the combination of a record, to read and to write: one value for each set, or none at all where the combination has no number.</summary>
    public Span<T?> Of(int combination, int generation)
    {
        if (combination < 0)
        {
            return default;
        }
        int first = combination * sets;
        if (_generation != generation || first >= _values.Length)
        {
            MakeRoom(first, generation);
        }
        return _values.AsSpan(first, sets);
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_values);

    private void MakeRoom(int first, int generation)
    {
        if (_generation != generation)
        {
            _generation = generation;
            Clear();
        }
        if (first >= _values.Length)
        {
            Array.Resize(ref _values, Math.Max(16 * sets, 2 * (first + sets)));
        }
    }
}

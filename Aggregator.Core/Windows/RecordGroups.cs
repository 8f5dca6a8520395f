using System.IO.Hashing;
using System.Runtime.InteropServices;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>Which group of each dimension set the current record is in: hashes at once, names only where a group is new.</summary>
public sealed class RecordGroups
{
    private readonly int[][] _sets;
    private readonly ulong[] _hashes;
    private readonly ulong[] _parts;
    private readonly RecordDecoder _decoder;
    private readonly DecodedRecord _record;

    /// <param name="groups">The dimension sets.</param>
    /// <param name="dimensions">All dimensions, in the order in which the decoder has them.</param>
    /// <param name="decoder">Knows the texts of the record.</param>
    /// <param name="record">The record that is being folded.</param>
    public RecordGroups(IReadOnlyList<IReadOnlyList<string>> groups, IReadOnlyList<string> dimensions, RecordDecoder decoder, DecodedRecord record)
    {
        List<string> order = [.. dimensions];
        _sets = [.. groups.Select(set => set.Select(name => order.IndexOf(name)).ToArray())];
        _hashes = new ulong[_sets.Length];
        _parts = new ulong[dimensions.Count];
        _decoder = decoder;
        _record = record;
    }

    /// <summary>The dimensions of all sets, each once, in the order of their first use.</summary>
    public static IReadOnlyList<string> DimensionsOf(IReadOnlyList<IReadOnlyList<string>> groups) => [.. groups.SelectMany(set => set).Distinct()];

    /// <summary>How many dimension sets there are.</summary>
    public int Count => _sets.Length;

    /// <summary>The hash of the record's group in each set; call <see cref="Read"/> once per record first.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes;

    // HOT: once per record with dimension sets.
    /// <summary>Takes over the dimensions of the record decoded last.</summary>
    public void Read()
    {
        ReadOnlySpan<ulong> values = _record.DimensionHashes;
        for (int s = 0; s < _sets.Length; s++)
        {
            int[] set = _sets[s];
            if (set.Length == 1)
            {
                _hashes[s] = values[set[0]];
                continue;
            }
            for (int i = 0; i < set.Length; i++)
            {
                _parts[i] = values[set[i]];
            }
            _hashes[s] = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(_parts.AsSpan(0, set.Length)));
        }
    }

    /// <summary>The record's group in one set, by name.</summary>
    /// <param name="set">The index of the set.</param>
    /// <param name="value">The value of the record decoded last.</param>
    public GroupKey KeyOf(int set, ReadOnlySpan<byte> value)
    {
        string[] texts = new string[_sets[set].Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = _decoder.DimensionText(value, _record, _sets[set][i]);
        }
        return GroupKey.Of(set, texts);
    }
}

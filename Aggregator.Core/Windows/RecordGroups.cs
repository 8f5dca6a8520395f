using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>Which group of each dimension set a record is in: hashes at once, names only where a group is new.</summary>
public sealed class RecordGroups
{
    private readonly int[][] _sets;
    private readonly RecordDecoder _decoder;

    /// <param name="groups">The dimension sets.</param>
    /// <param name="dimensions">All dimensions, in the order in which the decoder has them.</param>
    /// <param name="decoder">Knows the texts of the records.</param>
    public RecordGroups(IReadOnlyList<IReadOnlyList<string>> groups, IReadOnlyList<string> dimensions, RecordDecoder decoder)
    {
        List<string> order = [.. dimensions];
        _sets = [.. groups.Select(set => set.Select(name => order.IndexOf(name)).ToArray())];
        _decoder = decoder;
    }

    /// <summary>The dimensions of all sets, each once, in the order of their first use.</summary>
    public static IReadOnlyList<string> DimensionsOf(IReadOnlyList<IReadOnlyList<string>> groups) => [.. groups.SelectMany(set => set).Distinct()];

    /// <summary>How many dimension sets there are.</summary>
    public int Count => _sets.Length;

    // HOT: once per record with dimension sets.
    /// <summary>Notes the hash of the record's group in each set.</summary>
    public void Hash(DecodedRecord record)
    {
        ReadOnlySpan<ulong> values = record.DimensionHashes;
        Span<ulong> hashes = record.GroupHashes;
        for (int s = 0; s < _sets.Length; s++)
        {
            int[] set = _sets[s];
            ulong hash = values[set[0]];
            for (int i = 1; i < set.Length; i++)
            {
                hash = TextHash.Combine(hash, values[set[i]]);
            }
            hashes[s] = hash;
        }
    }

    /// <summary>The record's group in one set, by name.</summary>
    /// <param name="set">The index of the set.</param>
    /// <param name="record">The record.</param>
    /// <param name="value">Its value.</param>
    public GroupKey KeyOf(int set, DecodedRecord record, ReadOnlySpan<byte> value)
    {
        string[] texts = new string[_sets[set].Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = _decoder.DimensionText(value, record, _sets[set][i]);
        }
        return GroupKey.Of(set, texts);
    }
}

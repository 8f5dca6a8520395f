using System.Runtime.CompilerServices;
using Aggregator.Core.Records;
using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>
/// Which group of each dimension set a record is in: hashes at once, names only where a group is new. Combinations of the values of all dimensions are numbered as they come, so that who
/// has seen one before finds all groups of a record by one number.
/// </summary>
public sealed class RecordGroups
{
    /// <summary>After so many records for each number whose combination found none, all are numbered anew: what there is now may be others.</summary>
    private const int UnnumberedEach = 64;

    private readonly int _most;
    private readonly HashIndex _combinations = new();
    private readonly List<ulong> _groupHashes = [];
    private int _unnumbered;
    private readonly int[][] _sets;
    private readonly RecordDecoder _decoder;

    /// <param name="settings">The dimension sets, and how many combinations have a number at a time: the groups of others are looked up one by one.</param>
    /// <param name="dimensions">All dimensions, in the order in which the decoder has them.</param>
    /// <param name="decoder">Knows the texts of the records.</param>
    public RecordGroups(AggregationSettings settings, IReadOnlyList<string> dimensions, RecordDecoder decoder)
    {
        _most = settings.NumberedCombinations;
        List<string> order = [.. dimensions];
        _sets = [.. settings.Groups.Select(set => set.Select(name => order.IndexOf(name)).ToArray())];
        _decoder = decoder;
    }

    /// <summary>The dimensions of all sets, each once, in the order of their first use.</summary>
    public static IReadOnlyList<string> DimensionsOf(IReadOnlyList<IReadOnlyList<string>> groups) => [.. groups.SelectMany(set => set).Distinct()];

    /// <summary>How many dimension sets there are.</summary>
    public int Count => _sets.Length;

    /// <summary>Changes when combinations are numbered anew.</summary>
    public int Generation { get; private set; }

    /// <summary>No record that has a number is looked at any more: numbers may be given anew.</summary>
    public void Forget()
    {
        if (_unnumbered < UnnumberedEach * _most)
        {
            return;
        }
        _unnumbered = 0;
        _combinations.Clear();
        _groupHashes.Clear();
        Generation++;
    }

    // HOT: once per record with dimension sets. Benchmark: FoldBenchmark.
    /// <summary>Notes the number of the record's combination, or the hash of its group in each set.</summary>
    public void Number(DecodedRecord record)
    {
        ReadOnlySpan<ulong> values = record.DimensionHashes;
        if (values.IsEmpty)
        {
            return;
        }
        ulong hash = values[0];
        for (int i = 1; i < values.Length; i++)
        {
            hash = TextHash.Combine(hash, values[i]);
        }
        record.Combination = _combinations.TryGet(hash, out int number) ? number : NumberNew(hash, record);
    }

    /// <summary>The hash of the record's group in one set.</summary>
    public ulong HashOf(int set, DecodedRecord record) =>
        record.Combination < 0 ? record.GroupHashes[set] : _groupHashes[(record.Combination * _sets.Length) + set];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int NumberNew(ulong hash, DecodedRecord record)
    {
        HashGroups(record);
        if (_combinations.Count == _most)
        {
            _unnumbered++;
            return -1;
        }
        int number = _combinations.Count;
        _combinations.Add(hash, number);
        _groupHashes.AddRange(record.GroupHashes);
        return number;
    }

    private void HashGroups(DecodedRecord record)
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

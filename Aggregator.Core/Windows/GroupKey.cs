namespace Aggregator.Core.Windows;

/// <summary>
/// A group of results: the total, or one combination of values of a configured dimension set.
/// Ordered as results are: the total first, then the sets in the order of the settings, then by values in UTF-16 code units.
/// </summary>
public sealed class GroupKey
{
    /// <summary><see cref="Set"/> of the total group.</summary>
    public const int TotalSet = -1;

    private GroupKey(int set, string[] values)
    {
        Set = set;
        Values = values;
    }

    public static GroupKey Total { get; } = new(TotalSet, []);

    /// <summary>The index of the dimension set in the settings, or <see cref="TotalSet"/>.</summary>
    public int Set { get; }

    /// <summary>The values of the set's dimensions in its order; a dimension that a record lacks has the value "".</summary>
    public IReadOnlyList<string> Values { get; }

    public bool IsTotal => Set == TotalSet;

    public static GroupKey Of(int set, params string[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(set);
        return new(set, values);
    }

    /// <summary>Orders groups as results are ordered.</summary>
    public static int Compare(GroupKey left, GroupKey right)
    {
        int order = left.Set.CompareTo(right.Set);
        for (int i = 0; order == 0 && i < Math.Min(left.Values.Count, right.Values.Count); i++)
        {
            order = string.CompareOrdinal(left.Values[i], right.Values[i]);
        }
        return order;
    }
}

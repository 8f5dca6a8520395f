using Aggregator.Core.Windows;

namespace Aggregator.Core.Generation;

/// <summary>Every window with its groups, from the first fact to the last; nothing is ever closed.</summary>
internal sealed class ReferenceWindows(AggregationSettings settings)
{
    private const int LongestFilledGap = 1_440;

    private readonly SortedDictionary<long, SortedDictionary<GroupKey, ReferenceGroup>> _windows = [];
    private readonly Comparer<GroupKey> _order = Comparer<GroupKey>.Create(GroupKey.Compare);

    public long SizeMs { get; } = (long)settings.Window.TotalMilliseconds;

    public long StartOf(long time) => time / SizeMs * SizeMs;

    public long EndOf(long time) => StartOf(time) + SizeMs;

    /// <summary>Applies a fact to the total of its window and to each group that its record's dimensions name.</summary>
    public void Count(long time, IReadOnlyDictionary<string, string> dimensions, Action<ReferenceGroup> fact)
    {
        SortedDictionary<GroupKey, ReferenceGroup>? groups = _windows.GetValueOrDefault(StartOf(time));
        if (groups is null)
        {
            groups = new(_order);
            _windows[StartOf(time)] = groups;
        }
        fact(Group(groups, GroupKey.Total));
        for (int set = 0; set < settings.Groups.Count; set++)
        {
            fact(Group(groups, GroupKey.Of(set, [.. settings.Groups[set].Select(dimension => dimensions[dimension])])));
        }
    }

    /// <summary>All windows and groups that have a result, in the order of results.</summary>
    public IEnumerable<(long Start, GroupKey Key, ReferenceGroup Group)> Results()
    {
        long? previous = null;
        foreach ((long start, SortedDictionary<GroupKey, ReferenceGroup> groups) in _windows)
        {
            if (previous is { } before && (start - before) / SizeMs - 1 <= LongestFilledGap)
            {
                for (long empty = before + SizeMs; empty < start; empty += SizeMs)
                {
                    yield return (empty, GroupKey.Total, new());
                }
            }
            foreach ((GroupKey key, ReferenceGroup group) in groups)
            {
                yield return (start, key, group);
            }
            previous = start;
        }
    }

    private static ReferenceGroup Group(SortedDictionary<GroupKey, ReferenceGroup> groups, GroupKey key)
    {
        if (!groups.TryGetValue(key, out ReferenceGroup? group))
        {
            group = new();
            groups[key] = group;
        }
        return group;
    }
}

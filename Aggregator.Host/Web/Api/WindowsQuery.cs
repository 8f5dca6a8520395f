using System.Globalization;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Web.Api;

/// <summary>Answers <c>/api/windows</c>: picks windows and groups out of the history. Every answer is bounded.</summary>
/// <param name="view">What there is to show.</param>
internal sealed class WindowsQuery(ServiceView view)
{
    /// <summary>Windows if not told otherwise: an hour of one-minute ones.</summary>
    public const int DefaultLimit = 60;

    /// <summary>Groups of a dimension set if not told otherwise.</summary>
    public const int DefaultTop = 10;

    /// <summary>Groups at most, so that an answer has at most <see cref="WindowHistory.MaxWindows"/> × this many results.</summary>
    public const int MaxTop = 50;

    private readonly IReadOnlyList<IReadOnlyList<string>> _sets = view.Settings.Aggregation.Groups;

    /// <returns>The answer, or what is wrong with the question.</returns>
    public (WindowsAnswer? Answer, string? Problem) Ask(string? group, int? limit, int? top, string? after)
    {
        int set = GroupKey.TotalSet;
        if (!string.IsNullOrEmpty(group) && !TryFindSet(group, out set))
        {
            string known = _sets.Count == 0 ? "there are none, see Aggregation:Groups" : string.Join(", ", _sets.Select(names => $"'{string.Join(',', names)}'"));
            return (null, $"group is '{group}', none of the dimension sets: {known}; leave it out for the total");
        }
        if (limit is < 1 or > WindowHistory.MaxWindows)
        {
            return (null, $"limit is {limit}; 1 to {WindowHistory.MaxWindows} windows can be asked for");
        }
        if (top is < 1 or > MaxTop)
        {
            return (null, $"top is {top}; 1 to {MaxTop} groups can be asked for");
        }
        return (Answer(set, limit ?? DefaultLimit, top ?? DefaultTop, RevisionOf(after)), null);
    }

    private WindowsAnswer Answer(int set, int limit, int top, long after)
    {
        IReadOnlyList<string> names = set == GroupKey.TotalSet ? [] : _sets[set];
        // Which groups are the largest is judged over all windows asked for, so that the answers to later questions are about the same ones.
        IReadOnlyList<HistoryWindow> all = view.History.Read(limit, 0, out long revision);
        Dictionary<string, long> messages = Messages(all, set);
        HashSet<string> largest =
        [
            .. messages.OrderByDescending(group => group.Value).ThenBy(group => group.Key, StringComparer.Ordinal).Take(top).Select(group => group.Key),
        ];
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{view.StartedMs}-{revision}"),
            (long)view.Settings.Aggregation.Window.TotalMilliseconds,
            names,
            messages.Count - largest.Count,
            [
                .. all.Where(window => window.Revision > after).SelectMany(window => window.Results
                    .Where(result => result.Group.Set == set && largest.Contains(KeyOf(result)))
                    .Select(result => Line(window, result, names))),
            ]);
    }

    private bool TryFindSet(string group, out int set)
    {
        string[] names = group.Split(',', StringSplitOptions.TrimEntries);
        for (set = 0; set < _sets.Count; set++)
        {
            if (_sets[set].SequenceEqual(names, StringComparer.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A cursor of an earlier run of the service, or no cursor at all, has seen nothing.</summary>
    private long RevisionOf(string? cursor)
    {
        string[] parts = cursor?.Split('-') ?? [];
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long started) && started == view.StartedMs
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long revision)
            ? revision
            : 0;
    }

    private static Dictionary<string, long> Messages(IReadOnlyList<HistoryWindow> windows, int set)
    {
        Dictionary<string, long> messages = new(StringComparer.Ordinal);
        foreach (HistoryResult result in windows.SelectMany(window => window.Results).Where(result => result.Group.Set == set))
        {
            string key = KeyOf(result);
            messages[key] = messages.GetValueOrDefault(key) + result.Received + result.Acks + (result.Delivery?.Sent ?? 0);
        }
        return messages;
    }

    private static string KeyOf(HistoryResult result) => string.Join('\0', result.Group.Values);

    private static WindowLine Line(HistoryWindow window, HistoryResult result, IReadOnlyList<string> names)
    {
        // A bound takes up to 200 µs: for the total of a day of windows that is once half a second, for all groups it would be half a minute.
        (double Lower, double Upper)? bounds = result.Group.IsTotal ? result.RatioBounds : null;
        return new(
            window.Window.StartMs,
            window.Window.SizeMs,
            names.Zip(result.Group.Values).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
            result.OnlineUsers,
            result.Received,
            result.HasLatency ? new(result.P50, result.P95, result.P99, result.Mean, result.Max) : null,
            result.Acks,
            result.AckErrors?.ToDictionary(error => error.Key, error => error.Value, StringComparer.Ordinal),
            result.Delivery?.Sent,
            result.Delivery?.Delivered,
            result.Delivery?.Ratio,
            bounds?.Lower,
            bounds?.Upper,
            window.IsFinal);
    }
}

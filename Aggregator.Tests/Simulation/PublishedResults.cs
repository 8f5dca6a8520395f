using System.Text;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Tests.Simulation;

/// <summary>Everything that any member ever published. What is published again must be the same to the letter.</summary>
internal sealed class PublishedResults(AggregationSettings settings, SimulatedCluster cluster)
{
    private readonly SortedDictionary<long, string[]> _windows = [];
    private readonly Dictionary<long, string[]> _activities = [];

    /// <summary>The lines of all windows, in their order.</summary>
    public IReadOnlyList<string> Lines => [.. _windows.Values.SelectMany(lines => lines)];

    /// <summary>Windows that were published more than once, and so were compared.</summary>
    public int Repeated { get; private set; }

    public void Add(FinalResults results)
    {
        foreach (ActivityResult activity in results.Activities)
        {
            Add(_activities, activity.Window, "activity", [.. activity.Groups.Select(group => Line(activity.Window, group, new(group.Group, 0, 0)))]);
        }
        foreach (WindowResult window in results.Windows)
        {
            // Empty windows are given out when the next one with facts is: they may come long behind the commit.
            bool isEmpty = !window.Groups.Any(group => IsActive(group.Activity) || group.Delivery.Sent > 0);
            if (!isEmpty && !_windows.ContainsKey(window.Window.StartMs) && window.Window.EndMs <= cluster.FinalThroughMs)
            {
                throw new BrokenInvariantException($"window {window.Window.StartMs} is published for the first time, but was committed as published through {cluster.FinalThroughMs}");
            }
            Add(_windows, window.Window, "window", [.. window.Groups.Select(group => Line(window.Window, group.Activity, group.Delivery))]);
            if (_activities.TryGetValue(window.Window.StartMs, out string[]? activity))
            {
                string[] again = [.. window.Groups.Where(group => IsActive(group.Activity)).Select(group => Line(window.Window, group.Activity, new(group.Group, 0, 0)))];
                Compare(window.Window, "the activity of a window", [.. activity.Where(line => !line.Contains("\"online_users\":0,\"received\":0,\"acks\":0,\"ack_errors\":{}", StringComparison.Ordinal))], again);
            }
        }
    }

    private void Add(IDictionary<long, string[]> published, WindowSpan window, string what, string[] lines)
    {
        if (published.TryGetValue(window.StartMs, out string[]? before))
        {
            Repeated++;
            Compare(window, what, before, lines);
        }
        published[window.StartMs] = lines;
    }

    private static void Compare(WindowSpan window, string what, string[] before, string[] lines)
    {
        if (!before.SequenceEqual(lines))
        {
            throw new BrokenInvariantException($"{what} {window.StartMs} was published and changed:\n  {string.Join("\n  ", before)}\nnow\n  {string.Join("\n  ", lines)}");
        }
    }

    private static bool IsActive(GroupActivity activity) => activity.OnlineUsers + activity.Received + activity.Acks + activity.AckErrors.Count > 0;

    private string Line(WindowSpan window, GroupActivity activity, GroupDelivery delivery)
    {
        using MemoryStream line = new();
        ResultLine.Write(line, window, new(activity.Group, activity, delivery), settings.Groups);
        return Encoding.UTF8.GetString(line.GetBuffer().AsSpan(0, (int)line.Length - 1));
    }
}

using Aggregator.Core.Diagnostics;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// Remembers the last windows for whoever wants to look at them without a Prometheus: a ring in memory, empty after a start. Written by its queue,
/// read by anyone at any time.
/// </summary>
public sealed class WindowHistory : IResultOutput
{
    /// <summary>Windows that are kept: a day of one-minute ones.</summary>
    public const int MaxWindows = 1_440;

    /// <summary>
    /// Results of groups, and numbers of error codes, that are kept over all windows: about 10 MB. Beyond, the oldest windows keep their total only.
    /// </summary>
    public const int MaxDetails = 50_000;

    private readonly Lock _lock = new();
    private readonly Counter _dropped;
    private readonly int _maxWindows;
    private readonly int _maxDetails;
    private readonly List<HistoryWindow> _windows = [];
    private long _revision;
    private int _details;

    /// <param name="dropped">Counts the details that <see cref="MaxDetails"/> cost.</param>
    public WindowHistory(Counter dropped) : this(dropped, MaxWindows, MaxDetails)
    {
    }

    internal WindowHistory(Counter dropped, int maxWindows, int maxDetails)
    {
        _dropped = dropped;
        _maxWindows = maxWindows;
        _maxDetails = maxDetails;
    }

    public string Name => "history";

    /// <summary>How many windows it remembers.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _windows.Count;
            }
        }
    }

    /// <summary>The last windows, in order.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="after">Only what changed since that revision; 0 for everything.</param>
    /// <param name="revision">The revision to ask with the next time.</param>
    public IReadOnlyList<HistoryWindow> Read(int most, long after, out long revision)
    {
        lock (_lock)
        {
            revision = _revision;
            return [.. _windows.Skip(_windows.Count - most).Where(window => window.Revision > after)];
        }
    }

    /// <summary>The last window of which everything is final, or whose activity is; null before the first.</summary>
    public HistoryWindow? Last(bool isFinal)
    {
        lock (_lock)
        {
            return _windows.FindLast(window => window.IsFinal || !isFinal);
        }
    }

    public ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _revision++;
            foreach (ActivityResult activity in results.Activities)
            {
                Put(activity.Window, false, [.. activity.Groups.Select(group => new HistoryResult(group, null))]);
            }
            foreach (WindowResult window in results.Windows)
            {
                Put(window.Window, true, [.. window.Groups.Select(group => new HistoryResult(group.Activity, group.Delivery))]);
            }
            Forget();
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Put(WindowSpan window, bool isFinal, IReadOnlyList<HistoryResult> results)
    {
        HistoryWindow entry = new(window, _revision, isFinal, results);
        int index = _windows.FindLastIndex(other => other.Window.StartMs <= window.StartMs);
        if (index < 0 || _windows[index].Window.StartMs < window.StartMs)
        {
            _windows.Insert(index + 1, entry);
            _details += entry.Details;
        }
        else if (isFinal && !_windows[index].IsFinal)
        {
            // What came before is a part of it; a window that is final already is a repetition after a restart or a failed attempt.
            _details += entry.Details - _windows[index].Details;
            _windows[index] = entry;
        }
    }

    private void Forget()
    {
        int tooMany = Math.Max(0, _windows.Count - _maxWindows);
        _details -= _windows.Take(tooMany).Sum(window => window.Details);
        _windows.RemoveRange(0, tooMany);
        for (int i = 0; i < _windows.Count - 1 && _details > _maxDetails; i++)
        {
            if (_windows[i].Details > 0)
            {
                _dropped.Add(_windows[i].Details);
                _details -= _windows[i].Details;
                _windows[i] = _windows[i].Reduced();
            }
        }
    }
}

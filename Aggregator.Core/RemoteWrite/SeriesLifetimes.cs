using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Core.RemoteWrite;

/// <summary>
/// Knows which series the latest window had, and so which have ended: those that the next window lacks, and all of them where a window is missing between. Holds the series
/// of one window. Pure.
/// </summary>
internal sealed class SeriesLifetimes
{
    private HashSet<SeriesKey> _series = [];
    private WindowSpan? _latest;

    /// <summary>The series of the latest window.</summary>
    public IReadOnlyCollection<SeriesKey> Series => _series;

    /// <summary>The latest window; null before the first.</summary>
    public WindowSpan? Latest => _latest;

    /// <summary>Whether a window is one that was there already.</summary>
    public bool IsRepeated(WindowSpan window) => _latest is { } latest && window.StartMs <= latest.StartMs;

    /// <summary>
    /// Goes on to the next window. A value holds for the length of a window; the end is marked a millisecond before that is over, so that it never meets a sample: those
    /// stand at whole seconds.
    /// </summary>
    /// <returns>When series ended, and which.</returns>
    public (long TimeMs, IReadOnlyList<SeriesKey> Series) Next(WindowSpan window, HashSet<SeriesKey> series)
    {
        if (_latest is not { } latest)
        {
            (_latest, _series) = (window, series);
            return (0, []);
        }
        bool isGap = window.StartMs > latest.EndMs;
        SeriesKey[] ended = [.. isGap ? _series : _series.Where(before => !series.Contains(before))];
        (_latest, _series) = (window, series);
        return (EndOf(latest), ended);
    }

    /// <summary>No window follows: all series end.</summary>
    public (long TimeMs, IReadOnlyList<SeriesKey> Series) End()
    {
        SeriesKey[] ended = [.. _series];
        _series = [];
        return (_latest is { } latest ? EndOf(latest) : 0, ended);
    }

    /// <summary>Goes on from what another one knew.</summary>
    public void Restore(WindowSpan latest, IEnumerable<SeriesKey> series) => (_latest, _series) = (latest, [.. series]);

    private static long EndOf(WindowSpan window) => window.EndMs + window.SizeMs - 1;
}

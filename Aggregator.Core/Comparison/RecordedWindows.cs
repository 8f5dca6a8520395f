using Aggregator.Core.Stored;

namespace Aggregator.Core.Comparison;

/// <summary>
/// Which window was recorded when (ADR 20). All gauges of one moment and one source are about the window that <c>im_window_end_timestamp_seconds</c> names at that very
/// moment: a scrape is one snapshot with one timestamp, and what is written at a window's end names that end. So one rule finds a window's values, scraped or written.
/// </summary>
internal sealed class RecordedWindows
{
    private readonly Dictionary<long, List<Recording>> _byEnd = [];
    private readonly List<Recording> _inTime = [];

    /// <param name="ends">Samples of <c>im_window_end_timestamp_seconds</c> of one result, one series a source.</param>
    public RecordedWindows(IEnumerable<(string Source, IReadOnlyList<StoredSample> Samples)> ends)
    {
        foreach ((string source, IReadOnlyList<StoredSample> samples) in ends)
        {
            HashSet<(long, bool)> seen = [];
            foreach (StoredSample sample in samples)
            {
                Recording recording = new(source, (long)Math.Round(sample.Value * 1000), sample.TimeMs);
                _inTime.Add(recording);
                // A window stands on the page for many scrapes, all the same: the first will do. It may be written as well.
                if (seen.Add((recording.WindowEndMs, recording.IsWritten)))
                {
                    if (!_byEnd.TryGetValue(recording.WindowEndMs, out List<Recording>? recordings))
                    {
                        _byEnd.Add(recording.WindowEndMs, recordings = []);
                    }
                    recordings.Add(recording);
                }
            }
        }
        _inTime.Sort((left, right) => left.TimeMs.CompareTo(right.TimeMs));
    }

    /// <summary>All samples.</summary>
    public int Count => _inTime.Count;

    /// <summary>How many there are in a ms, from the first to the last.</summary>
    public double PerMs => _inTime.Count < 2 ? 0 : _inTime.Count / (double)Math.Max(1, _inTime[^1].TimeMs - _inTime[0].TimeMs);

    /// <summary>All of them, in the order of time.</summary>
    public IReadOnlyList<Recording> InTime => _inTime;

    /// <summary>The ends of the windows that were recorded.</summary>
    public IReadOnlyCollection<long> Ends => _byEnd.Keys;

    /// <summary>Whether nothing was scraped, and all there is was written.</summary>
    public bool IsWritten => _inTime.TrueForAll(recording => recording.IsWritten);

    /// <summary>Where a window is recorded: once a source, twice where it was scraped and written.</summary>
    public IReadOnlyList<Recording> Of(long endMs) => _byEnd.TryGetValue(endMs, out List<Recording>? recordings) ? recordings : [];

    /// <summary>For a window that is nowhere: the last moment of an earlier one, and the first after that of a later one.</summary>
    public (Recording? Before, Recording? After) Around(long endMs)
    {
        int after = _inTime.FindIndex(recording => recording.WindowEndMs > endMs);
        int before = _inTime.FindLastIndex(after < 0 ? _inTime.Count - 1 : after, after < 0 ? _inTime.Count : after + 1, recording => recording.WindowEndMs < endMs);
        return (before < 0 ? null : _inTime[before], after < 0 ? null : _inTime[after]);
    }

    /// <summary>From one moment to the next, usually: the median, ms; null where there are not two.</summary>
    public long? IntervalMs
    {
        get
        {
            long[] steps = [.. _inTime.Zip(_inTime.Skip(1), (first, second) => second.TimeMs - first.TimeMs).Where(step => step > 0).Order()];
            return steps.Length == 0 ? null : steps[steps.Length / 2];
        }
    }
}

using Aggregator.Core.Kafka;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Pipeline;

/// <summary>
/// What was given out to be published, here or before the start: none of it is given out again. It outlives assignments, for a member that gets its partitions back
/// reads again what it has published already.
/// </summary>
internal sealed class PublishedWindows
{
    private long _leftOutThroughMs = long.MinValue;
    private long _activityThroughMs = long.MinValue;

    /// <summary>Windows that end at or before it are final; null for none.</summary>
    public long? FinalThroughMs { get; private set; }

    /// <summary>The start of the last window given out; null for none.</summary>
    public long? LastWindowMs { get; private set; }

    /// <summary>What a commit knows of a run before this one, or of another member.</summary>
    public void Learn(CommitMetadata committed)
    {
        FinalThroughMs = Later(FinalThroughMs, committed.FinalThroughMs);
        LastWindowMs = Later(LastWindowMs, committed.LastWindowMs);
    }

    /// <summary>Windows up to a time were seen in part only: they count as given out.</summary>
    /// <returns>Whether that is news.</returns>
    public bool LeaveOut(long throughMs)
    {
        if (throughMs <= Math.Max(_leftOutThroughMs, FinalThroughMs ?? long.MinValue))
        {
            return false;
        }
        _leftOutThroughMs = throughMs;
        _activityThroughMs = Math.Max(_activityThroughMs, throughMs);
        return true;
    }

    /// <summary>Takes out what was given out before or is left out, and notes the rest as given out.</summary>
    public FinalResults New(FinalResults results, long? finalThroughMs)
    {
        FinalThroughMs = finalThroughMs;
        if (results.IsEmpty)
        {
            return results;
        }
        ActivityResult[] activities = [.. results.Activities.Where(result => result.Window.EndMs > Math.Max(_activityThroughMs, _leftOutThroughMs))];
        WindowResult[] windows = [.. results.Windows.Where(result => result.Window.EndMs > _leftOutThroughMs)];
        if (activities.Length > 0)
        {
            _activityThroughMs = activities[^1].Window.EndMs;
        }
        if (windows.Length > 0)
        {
            LastWindowMs = windows[^1].Window.StartMs;
        }
        return new(activities, windows);
    }

    /// <summary>What is to be committed of it.</summary>
    public CommitMetadata Committed(long? watermarkMs) =>
        new(watermarkMs, Later(FinalThroughMs, _leftOutThroughMs == long.MinValue ? null : _leftOutThroughMs), LastWindowMs);

    private static long? Later(long? left, long? right) => Nullable.Compare(left, right) >= 0 ? left : right;
}

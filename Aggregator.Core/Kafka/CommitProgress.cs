namespace Aggregator.Core.Kafka;

/// <summary>How far offsets are committed, for the one who may go on only then. Thread-safe.</summary>
public sealed class CommitProgress
{
    private long _lastStep;

    /// <summary>The last step (<see cref="OffsetCommitter.Submit"/>) whose offsets, or those of a later one, the group has; 0 for none.</summary>
    public long LastStep => Interlocked.Read(ref _lastStep);

    /// <summary>The offsets of a step are committed.</summary>
    public void Committed(long step) => Interlocked.Exchange(ref _lastStep, Math.Max(LastStep, step));
}

namespace Aggregator.Core.EventTime;

/// <summary>
/// Event time over all partitions: the least of their watermarks, leaving out idle ones; and when all are idle, the clock (SPEC section 5). It never goes back.
/// <para>
/// A partition is idle only where the brokers said so: asked for its end, they named the offset up to which it had been read, and had done so for
/// <c>IdleTimeout</c>. Their word is good for a few seconds only, so that nothing counts as idle while they do not answer. A partition with unread
/// records is never idle, however slow it is.
/// </para>
/// </summary>
/// <param name="lateness">How far watermarks stay behind report times.</param>
/// <param name="idleTimeout">How long a partition must be empty to be idle.</param>
public sealed class WatermarkClock(TimeSpan lateness, TimeSpan idleTimeout)
{
    /// <summary>How long an answer about ends holds. They come every second; less than the default lateness, so that what was written since then is not late.</summary>
    public static readonly TimeSpan AnswerHolds = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, Partition> _partitions = [];
    private long _idleClockMs = PartitionWatermark.None;

    /// <summary>Event time that all partitions have reached, ms since the epoch; <see cref="PartitionWatermark.None"/> at first.</summary>
    public long CurrentMs { get; private set; } = PartitionWatermark.None;

    /// <summary>Starts anew with these partitions, named by small numbers.</summary>
    public void Start(IEnumerable<KeyValuePair<int, long>> partitionWatermarks)
    {
        _partitions.Clear();
        CurrentMs = PartitionWatermark.None;
        _idleClockMs = PartitionWatermark.None;
        foreach ((int partition, long watermarkMs) in partitionWatermarks)
        {
            _partitions.Add(partition, new Partition { WatermarkMs = watermarkMs });
        }
    }

    /// <summary>Records of a partition were folded.</summary>
    public void Observe(int partition, long watermarkMs)
    {
        Partition state = _partitions[partition];
        state.WatermarkMs = watermarkMs;
        state.EmptySince = null;
    }

    /// <summary>The brokers named the end of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="isEmpty">Whether everything before that end is folded, and nothing behind it.</param>
    /// <param name="asked">When they were asked, by a clock that only goes forward.</param>
    public void Confirm(int partition, bool isEmpty, TimeSpan asked)
    {
        Partition state = _partitions[partition];
        // After a longer silence of the brokers nobody knows; and what the producers could not write meanwhile comes now.
        TimeSpan? emptySince = asked - state.Confirmed <= AnswerHolds ? state.EmptySince : null;
        state.EmptySince = isEmpty ? emptySince ?? asked : null;
        state.Confirmed = asked;
    }

    /// <summary>Takes the wall clock as it was when the brokers were asked last.</summary>
    public void Tick(DateTimeOffset askedAt) =>
        _idleClockMs = askedAt.ToUnixTimeMilliseconds() - (long)(lateness + idleTimeout).TotalMilliseconds;

    /// <summary>Whether a partition holds the others back no longer.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="now">The time by the clock of <see cref="Confirm"/>.</param>
    public bool IsIdle(int partition, TimeSpan now) => IsIdle(_partitions[partition], now);

    /// <summary>Moves on as far as the partitions allow.</summary>
    /// <param name="now">The time by the clock of <see cref="Confirm"/>.</param>
    public long Advance(TimeSpan now)
    {
        if (_partitions.Count == 0)
        {
            return CurrentMs;
        }
        long least = long.MaxValue;
        foreach (Partition partition in _partitions.Values)
        {
            if (!IsIdle(partition, now))
            {
                least = Math.Min(least, partition.WatermarkMs);
            }
        }
        CurrentMs = Math.Max(CurrentMs, least == long.MaxValue ? _idleClockMs : least);
        return CurrentMs;
    }

    private bool IsIdle(Partition partition, TimeSpan now) =>
        partition.EmptySince is { } since && partition.Confirmed - since >= idleTimeout && now - partition.Confirmed <= AnswerHolds;

    private sealed class Partition
    {
        public long WatermarkMs { get; set; }

        public TimeSpan? EmptySince { get; set; }

        public TimeSpan Confirmed { get; set; }
    }
}

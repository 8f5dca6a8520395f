namespace Aggregator.Core.Records;

/// <summary>
/// Time moved on without a partition that was idle (SPEC section 5): its records from an offset on are also judged against that time, and by nothing else than
/// these two numbers can a restart know it.
/// </summary>
/// <param name="Offset">The first record that came, or will come, after it.</param>
/// <param name="TimeMs">Windows that end at or before this time take nothing of the partition any more, ms since the epoch.</param>
public readonly record struct IdlePassage(long Offset, long TimeMs);

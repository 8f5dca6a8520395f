using Aggregator.Core.Replay;

namespace Aggregator.Host.Backfill;

/// <summary>What a replay came to.</summary>
/// <param name="Summary">What was read, left out and given out.</param>
/// <param name="Said">What outputs have to say.</param>
public sealed record ReplayOutcome(ReplaySummary Summary, IReadOnlyList<string> Said);

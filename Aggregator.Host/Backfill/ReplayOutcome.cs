using Aggregator.Core.Replay;

namespace Aggregator.Host.Backfill;

/// <summary>What a replay came to.</summary>
/// <param name="Summary">What was read, left out and given out.</param>
/// <param name="Said">What outputs have to say.</param>
/// <param name="Refused">What outputs say that are not what they were meant to be; empty where all is well.</param>
public sealed record ReplayOutcome(ReplaySummary Summary, IReadOnlyList<string> Said, IReadOnlyList<string> Refused);

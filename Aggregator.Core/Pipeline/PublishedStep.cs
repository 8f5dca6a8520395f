using Aggregator.Core.Kafka;

namespace Aggregator.Core.Pipeline;

/// <summary>A step whose results every output has taken. It holds them no longer, since it may have to wait for long.</summary>
/// <param name="Offsets">The low-water offset of every assigned partition after these results.</param>
/// <param name="Assignment">The assignment that the offsets belong to.</param>
/// <param name="Number">Counts the steps of the fold from 1.</param>
/// <param name="Safe">Ends when the results are safe with every output.</param>
public sealed record PublishedStep(IReadOnlyList<CommitPoint> Offsets, long Assignment, long Number, Task Safe);

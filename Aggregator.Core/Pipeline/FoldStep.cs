using Aggregator.Core.Kafka;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Pipeline;

/// <summary>What a step of the fold leads to: results to publish and, once they are, offsets to commit.</summary>
/// <param name="Results">What became final; may be empty.</param>
/// <param name="Offsets">The low-water offset of every assigned partition after these results.</param>
/// <param name="Assignment">The assignment that the offsets belong to.</param>
/// <param name="Number">Counts the steps of the fold from 1.</param>
public sealed record FoldStep(FinalResults Results, IReadOnlyList<CommitPoint> Offsets, long Assignment, long Number);

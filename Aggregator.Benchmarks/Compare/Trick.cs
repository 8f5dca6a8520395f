using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Tuning;

namespace Aggregator.Benchmarks.Compare;

/// <summary>A trick of the data path, and what shows what it brings.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Step">The step that is measured; one operation of it is what the figures are of.</param>
/// <param name="Prepare">Makes the input and gives the run and how many operations it is; is told whether the trick is there.</param>
public sealed record Trick(string Name, string Step, Func<bool, (QuickRun Run, int Operations)> Prepare)
{
    /// <summary>The switch of <see cref="Tricks"/> that takes it out; null where <see cref="Prepare"/> does.</summary>
    public string? Switch { get; init; }

    /// <summary>Measured by the clock instead of CPU time.</summary>
    public bool IsByClock { get; init; }
}

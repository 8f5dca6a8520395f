namespace Aggregator.Benchmarks.Quick;

/// <summary>A step to measure.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Unit">What one operation is.</param>
/// <param name="Operations">How many operations a run is.</param>
/// <param name="Limit">The most that an operation may take, in records of <see cref="ReferenceLoop"/>; about three times of what it should.</param>
/// <param name="Prepare">Makes the input and gives the run.</param>
public sealed record QuickStep(string Name, string Unit, int Operations, double Limit, Func<QuickRun> Prepare);

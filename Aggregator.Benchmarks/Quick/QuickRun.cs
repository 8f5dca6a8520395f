namespace Aggregator.Benchmarks.Quick;

/// <summary>A run to measure.</summary>
/// <param name="Run">What is measured.</param>
/// <param name="Before">What must be done before each run, and is not measured; null for nothing.</param>
public sealed record QuickRun(Action Run, Action? Before = null);

namespace Aggregator.Tests.Simulation;

/// <summary>Something happened that may not happen (DESIGN section 5).</summary>
internal sealed class BrokenInvariantException(string message) : Exception(message);

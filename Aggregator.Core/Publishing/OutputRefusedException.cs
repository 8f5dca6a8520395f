namespace Aggregator.Core.Publishing;

/// <summary>
/// An output of a replay cannot be what it was meant to be, whoever tries again: a time that is there already, samples that a receiver refuses, values that differ. The
/// other outputs are none the worse.
/// </summary>
public sealed class OutputRefusedException(string message) : IOException(message);

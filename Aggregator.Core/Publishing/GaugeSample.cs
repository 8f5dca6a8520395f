namespace Aggregator.Core.Publishing;

/// <summary>What a window says of one series.</summary>
/// <param name="Family">The family of the series.</param>
/// <param name="LabelValues">A value for each label of the family; "" is the same as no label.</param>
/// <param name="Value">Never NaN: what is undefined is absent.</param>
public readonly record struct GaugeSample(GaugeFamily Family, string[] LabelValues, double Value);

namespace Aggregator.Core.Windows;

/// <summary>A place in a partition from which reading can start again.</summary>
/// <param name="Offset">The first record to read.</param>
/// <param name="WatermarkMs">W(p) just before that record, or <see cref="EventTime.PartitionWatermark.None"/>.</param>
public readonly record struct LogPosition(long Offset, long WatermarkMs);

namespace Aggregator.Core.Kafka;

/// <summary>What is committed beside the low-water offset of a partition: all that reading again from there cannot tell.</summary>
/// <param name="WatermarkMs">W(p) just before the record at the committed offset; null for minus infinity.</param>
/// <param name="FinalThroughMs">Windows that end at or before this time are published; null when none is.</param>
public sealed record CommitMetadata(long? WatermarkMs, long? FinalThroughMs);

namespace Aggregator.Core.Kafka;

/// <summary>Where a group stands in a partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">The committed offset; null where none is.</param>
/// <param name="Earliest">The first offset that the log still holds.</param>
/// <param name="End">The next offset to be written.</param>
public sealed record GroupPosition(string Topic, int Partition, long? Committed, long Earliest, long End);

using System.Text;
using Aggregator.Core.Records;

namespace Aggregator.Tests.Kafka;

internal sealed record SeenRecord(PartitionId Partition, long Offset, long TimestampMs, string? Key, string? Value)
{
    public static SeenRecord Of(RecordBatch batch, int i) => new(
        batch.Partitions[i], batch.Offsets[i], batch.Timestamps[i],
        batch.HasKey(i) ? Encoding.UTF8.GetString(batch.Key(i)) : null,
        batch.HasValue(i) ? Encoding.UTF8.GetString(batch.Value(i)) : null);
}

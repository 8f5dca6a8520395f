using Aggregator.Core.Records;
using Confluent.Kafka;
using Consumer = Confluent.Kafka.IConsumer<Aggregator.Core.Kafka.RecordCopier.CopiedKey, Aggregator.Core.Kafka.RecordCopier.CopiedValue>;
using Result = Confluent.Kafka.ConsumeResult<Aggregator.Core.Kafka.RecordCopier.CopiedKey, Aggregator.Core.Kafka.RecordCopier.CopiedValue>;

namespace Aggregator.Core.Kafka;

/// <summary>Reads by <c>Consume</c>, the supported API of Confluent.Kafka: a record a call, and some 200 bytes of garbage with each.</summary>
internal sealed class ConsumeTransport(Consumer consumer, RecordCopier copier) : IRecordTransport
{
    // Between two looks at the rest of the loop.
    private const int MaxRecords = 64;

    public bool Poll(RecordIntake intake, int waitMs)
    {
        for (int i = 0; i < MaxRecords; i++)
        {
            if (TakeOne(intake, i == 0 ? waitMs : 0))
            {
                return true;
            }
            if (!intake.CanTake)
            {
                break;
            }
        }
        return false;
    }

    // HOT: once per record.
    private bool TakeOne(RecordIntake intake, int waitMs)
    {
        Result? result;
        try
        {
            result = consumer.Consume(waitMs);
        }
        catch (ConsumeException e)
        {
            intake.TakeError(e.Error, e.ConsumerRecord?.TopicPartitionOffset);
            return false;
        }
        if (result is null)
        {
            return true;
        }
        PartitionId partition = intake.Names.Id(result.Topic, result.Partition.Value);
        if (result.IsPartitionEOF)
        {
            intake.TakeEnd(partition, result.Offset.Value);
            return true;
        }
        Timestamp timestamp = result.Message.Timestamp;
        long timestampMs = timestamp.Type == TimestampType.NotAvailable ? RecordBatch.NoTimestamp : timestamp.UnixTimestampMs;
        if (!intake.TryTake(new(partition, result.Offset.Value, timestampMs, copier.Value, copier.HasValue) { Key = copier.Key, HasKey = copier.HasKey }))
        {
            intake.Miss();
        }
        return false;
    }

    public void Dispose()
    {
    }
}

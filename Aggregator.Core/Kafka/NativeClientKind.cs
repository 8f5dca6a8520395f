namespace Aggregator.Core.Kafka;

/// <summary><c>rd_kafka_type_t</c>.</summary>
internal enum NativeClientKind
{
    Producer = 0,
    Consumer = 1,
}

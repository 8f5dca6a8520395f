namespace Aggregator.Tests.Kafka;

public sealed class BatchSourceTests() : KafkaRecordSourceContract("batch");

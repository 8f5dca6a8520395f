namespace Aggregator.Tests.Kafka;

public sealed class ConsumeSourceTests() : KafkaRecordSourceContract("consume");

namespace Aggregator.Core.Kafka;

/// <summary>No broker answered in time, or none let us in.</summary>
/// <param name="message">What was tried and what came back, in words for an operator: address, TLS or SASL failure. Never a secret.</param>
/// <param name="inner">What the client threw.</param>
public sealed class KafkaUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

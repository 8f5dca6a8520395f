namespace Aggregator.Core.Kafka;

/// <summary>A setting of the section <c>Kafka</c> that cannot be used.</summary>
/// <param name="Setting">Its whole name: <c>Kafka:Properties:fetch.max.bytes</c>.</param>
/// <param name="Value">The value as given; masked where it is a secret.</param>
/// <param name="Allowed">What is allowed instead, or what is wrong with it.</param>
public sealed record KafkaSettingProblem(string Setting, string Value, string Allowed);

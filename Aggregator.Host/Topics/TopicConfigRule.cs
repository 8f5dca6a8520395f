namespace Aggregator.Host.Topics;

/// <summary>What <c>topics/</c> expects of one setting of the topics.</summary>
/// <param name="Name">Kafka's name of it.</param>
/// <param name="Value">What a topic is created with.</param>
/// <param name="AtLeast">For a number: more than <paramref name="Value"/> is fine, less down to this is only remarked on; null: must be equal.</param>
/// <param name="Matters">Whether results suffer when it differs.</param>
/// <param name="Why">The reason, in one line.</param>
public sealed record TopicConfigRule(string Name, string Value, long? AtLeast, bool Matters, string Why);

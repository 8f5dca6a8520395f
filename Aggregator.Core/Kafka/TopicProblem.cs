namespace Aggregator.Core.Kafka;

/// <summary>Why a topic could not be created or described, in Kafka's words.</summary>
public sealed record TopicProblem(string Topic, string Reason);

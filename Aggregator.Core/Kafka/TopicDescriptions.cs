namespace Aggregator.Core.Kafka;

/// <summary>The answer to a question about topics.</summary>
/// <param name="Topics">Those that exist and may be described.</param>
/// <param name="Problems">Those that cannot be described (no rights, no leader). A topic in neither list does not exist.</param>
public sealed record TopicDescriptions(IReadOnlyList<TopicDescription> Topics, IReadOnlyList<TopicProblem> Problems);

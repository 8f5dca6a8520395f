namespace Aggregator.Core.Kafka;

/// <summary>A consumer group as the cluster sees it.</summary>
/// <param name="State">Kafka's word: <c>Stable</c>, <c>Empty</c>, <c>Dead</c>…; <c>Dead</c> for one that does not exist.</param>
/// <param name="Members">Its members as <c>client-id@host</c>.</param>
/// <param name="Positions">Of every partition of the asked topics, where the group stands.</param>
public sealed record GroupDescription(string State, IReadOnlyList<string> Members, IReadOnlyList<GroupPosition> Positions);

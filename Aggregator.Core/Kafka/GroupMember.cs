namespace Aggregator.Core.Kafka;

/// <summary>A member of the group as the brokers see it.</summary>
/// <param name="Id">The id that the group knows it by.</param>
/// <param name="Name">Who it is, for people: <c>client-id@host</c>.</param>
/// <param name="InstanceId">Its <c>group.instance.id</c>; null for one that has none.</param>
/// <param name="Partitions">How many partitions it holds.</param>
internal sealed record GroupMember(string Id, string Name, string? InstanceId, int Partitions);

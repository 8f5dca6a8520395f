namespace Aggregator.Core.Kafka;

/// <summary>The members of the group at a moment.</summary>
/// <param name="IsSettled">Whether no rebalance is under way: then all members see the same partitions in the same hands.</param>
/// <param name="Members">All of them; none for a group that is empty or does not exist.</param>
internal sealed record GroupView(bool IsSettled, IReadOnlyList<GroupMember> Members);

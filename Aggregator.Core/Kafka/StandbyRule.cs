namespace Aggregator.Core.Kafka;

/// <summary>
/// Who works and who stands by. Results need every partition of both topics, so one member does it all: who finds another in the group does not join, and of
/// those that joined at the same moment one stays. Pure.
/// </summary>
internal static class StandbyRule
{
    /// <summary>The member to wait for; null when the group is free. A member of our own instance id is our former self, whose place we take.</summary>
    public static GroupMember? AtWork(GroupView group, string? ownInstanceId) => group.Members
        .Where(member => ownInstanceId is null || member.InstanceId != ownInstanceId)
        .OrderByDescending(member => member.Partitions)
        .ThenBy(member => member.Id, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>
    /// The member that a member without all partitions has to leave the group to; null when it is to stay. Among those that hold partitions the smallest id
    /// stays: every member sees the same, so exactly one does. Who holds none never displaces one that holds some.
    /// </summary>
    /// <param name="group">The group as it is.</param>
    /// <param name="ownId">Our id in it.</param>
    public static GroupMember? MakeWayFor(GroupView group, string ownId)
    {
        if (!group.IsSettled || !group.Members.Any(member => member.Id == ownId))
        {
            return null;
        }
        GroupMember? staying = group.Members.Where(member => member.Partitions > 0).MinBy(member => member.Id, StringComparer.Ordinal);
        return staying?.Id == ownId ? null : staying;
    }
}

using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class StandbyRuleTests
{
    [Fact]
    public void An_empty_group_is_free() => Assert.Null(StandbyRule.AtWork(new(true, []), null));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_member_is_waited_for_in_any_state_of_the_group(bool isSettled) =>
        Assert.Equal("b", StandbyRule.AtWork(new(isSettled, [Member("b", 0)]), null)?.Id);

    [Fact]
    public void Of_several_members_the_one_with_the_most_partitions_is_at_work() =>
        Assert.Equal("b", StandbyRule.AtWork(new(true, [Member("a", 0), Member("b", 4), Member("c", 0)]), null)?.Id);

    [Fact]
    public void Our_former_self_is_not_waited_for_but_others_are()
    {
        Assert.Null(StandbyRule.AtWork(new(true, [Member("a", 4, "one")]), "one"));
        Assert.Equal("b", StandbyRule.AtWork(new(true, [Member("a", 4, "one"), Member("b", 0, "two")]), "one")?.Id);
        Assert.Equal("b", StandbyRule.AtWork(new(true, [Member("b", 4)]), "one")?.Id);
    }

    [Fact]
    public void Of_those_that_share_the_partitions_exactly_one_stays()
    {
        GroupView group = new(true, [Member("c", 1), Member("a", 2), Member("b", 1)]);
        Assert.Null(StandbyRule.MakeWayFor(group, "a"));
        Assert.Equal("a", StandbyRule.MakeWayFor(group, "b")?.Id);
        Assert.Equal("a", StandbyRule.MakeWayFor(group, "c")?.Id);
    }

    [Fact]
    public void A_member_without_partitions_leaves_to_one_that_has_them_whatever_its_id()
    {
        GroupView group = new(true, [Member("a", 0), Member("b", 4)]);
        Assert.Equal("b", StandbyRule.MakeWayFor(group, "a")?.Id);
        Assert.Null(StandbyRule.MakeWayFor(group, "b"));
    }

    [Fact]
    public void Nobody_leaves_during_a_rebalance_or_alone_or_before_the_group_knows_it()
    {
        GroupMember[] both = [Member("a", 2), Member("b", 2)];
        Assert.Null(StandbyRule.MakeWayFor(new(false, both), "b"));
        Assert.Null(StandbyRule.MakeWayFor(new(true, [Member("b", 2)]), "b"));
        Assert.Null(StandbyRule.MakeWayFor(new(true, both), ""));
    }

    private static GroupMember Member(string id, int partitions, string? instance = null) => new(id, "aggregator@10.0.0.1", instance, partitions);
}

using Aggregator.Core.Scheduling;
using Xunit;

namespace Aggregator.Tests.Scheduling;

public class GatheringRuleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly GatheringRule _rule = new();

    [Fact]
    public void Threads_with_little_to_do_are_left_alone()
    {
        Assert.False(Next((100, 0), (150, 0)));
        Assert.False(Next((0, 0)));
        Assert.False(_rule.IsGathered);
    }

    [Fact]
    public void Busy_ones_are_gathered_and_stay_until_they_have_next_to_nothing_to_do()
    {
        Assert.True(Next((150, 0), (160, 0)));
        Assert.True(Next((60, 0), (60, 0)));
        Assert.False(Next((40, 0), (50, 0)));
    }

    [Fact]
    public void What_they_want_counts_not_what_they_get() => Assert.True(Next((100, 100), (50, 60)));

    [Fact]
    public void Waiting_for_each_other_is_no_reason_to_let_them_go()
    {
        Next((300, 0), (300, 0));

        Assert.True(Next((500, 480), (480, 500)));
    }

    [Fact]
    public void They_are_let_go_where_others_have_their_processor_half_of_the_time()
    {
        Next((300, 0), (300, 0));

        Assert.True(Next((100, 550), (60, 500)));
        Assert.False(Next((100, 570), (60, 500)));
    }

    [Fact]
    public void Each_time_again_they_are_left_alone_for_longer_and_in_the_end_for_a_minute()
    {
        int[] pauses = [.. Enumerable.Range(0, 8).Select(_ => PauseAfterStarving())];

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], pauses);
    }

    [Fact]
    public void After_a_minute_in_peace_the_next_pause_is_short_again()
    {
        int first = PauseAfterStarving();
        int second = PauseAfterStarving();
        for (int i = 0; i < 60; i++)
        {
            Assert.True(Next((400, 0), (400, 0)));
        }

        Assert.Equal((1, 2, 1), (first, second, PauseAfterStarving()));
    }

    [Fact]
    public void Where_no_processor_is_idle_they_come_back_at_once_and_stay_for_a_minute()
    {
        Next((300, 0), (300, 0));
        Starve();

        Assert.True(Next((200, 300), (200, 300)));
        for (int i = 0; i < 59; i++)
        {
            Assert.True(Next((50, 900), (50, 900)));
        }
        Assert.False(Next((50, 900), (50, 900)));
    }

    [Fact]
    public void Before_they_were_ever_let_go_waiting_tells_nothing()
    {
        // Both may have been on one processor by chance.
        Assert.True(Next((300, 300), (300, 300)));
        Assert.False(Next((10, 900), (10, 900)));
    }

    private int PauseAfterStarving()
    {
        while (!_rule.IsGathered)
        {
            Next((300, 0), (300, 0));
        }
        Starve();
        int pause = 1;
        for (; !Next((300, 0), (300, 0)); pause++)
        {
            Assert.True(pause < 1000);
        }
        return pause;
    }

    private void Starve() => Assert.False(Next((100, 900), (100, 900)));

    private bool Next(params (int Running, int Waiting)[] milliseconds) =>
        _rule.Next(Second, [.. milliseconds.Select(use => new ThreadUse(TimeSpan.FromMilliseconds(use.Running), TimeSpan.FromMilliseconds(use.Waiting)))]);
}

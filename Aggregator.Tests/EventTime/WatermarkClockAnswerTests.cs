using Aggregator.Core.EventTime;
using Xunit;

namespace Aggregator.Tests.EventTime;

/// <summary>What a silence of the brokers means for partitions that are idle, or were about to be.</summary>
public sealed class WatermarkClockAnswerTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_712_345_640_000);

    private readonly WatermarkClock _clock = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15));

    public WatermarkClockAnswerTests() => _clock.Start([KeyValuePair.Create(0, 1_000L)]);

    [Fact]
    public void A_partition_that_was_empty_before_an_outage_and_is_after_it_is_not_idle_at_once()
    {
        // Nobody could write while the brokers were away: what waits in the producers comes now.
        AnswerEverySecond(0, 2);
        AnswerEverySecond(62, 64);

        Assert.False(_clock.IsIdle(0, TimeSpan.FromSeconds(64)));
        Assert.Equal(1_000, _clock.Advance(TimeSpan.FromSeconds(64)));
    }

    [Fact]
    public void After_an_outage_it_is_idle_when_it_stayed_empty_for_the_whole_time_out()
    {
        AnswerEverySecond(0, 30);
        AnswerEverySecond(90, 104);
        Assert.False(_clock.IsIdle(0, TimeSpan.FromSeconds(104)));

        AnswerEverySecond(105, 105);

        Assert.True(_clock.IsIdle(0, TimeSpan.FromSeconds(105)));
        Assert.Equal(Start.AddSeconds(105 - 25).ToUnixTimeMilliseconds(), _clock.Advance(TimeSpan.FromSeconds(105)));
    }

    [Fact]
    public void An_answer_that_is_a_few_seconds_late_changes_nothing()
    {
        AnswerEverySecond(0, 10);
        AnswerEverySecond(15, 15);

        Assert.True(_clock.IsIdle(0, TimeSpan.FromSeconds(15)));
    }

    private void AnswerEverySecond(int from, int to)
    {
        for (int second = from; second <= to; second++)
        {
            _clock.Confirm(0, isEmpty: true, TimeSpan.FromSeconds(second));
            _clock.Tick(Start.AddSeconds(second));
        }
    }
}

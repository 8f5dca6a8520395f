using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>Threads that come late, stay or go: all work is done once, and has ended when the caller goes on.</summary>
public class LaneCrewTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_lane_works_once_a_run_and_nobody_works_between_runs(int lanes)
    {
        int[] done = new int[lanes];
        int run = 0;
        LaneCrew crew = new(lanes, lane =>
        {
            // Of very different length, so that threads are found waiting, working and gone.
            Thread.SpinWait((run * (lane + 1) % 7 * 200) + 1);
            done[lane]++;
        });
        for (run = 1; run <= 3_000; run++)
        {
            crew.Run(isWorthThreads: run % 5 != 0);
            if (run % 100 == 0)
            {
                // Longer than threads look out for more.
                Thread.SpinWait(20_000);
            }
            Assert.All(done, count => Assert.Equal(run, count));
        }
    }

    [Fact]
    public void Failures_of_all_lanes_reach_the_caller_when_all_work_has_ended()
    {
        int ended = 0;
        LaneCrew crew = new(4, lane =>
        {
            Interlocked.Increment(ref ended);
            if (lane % 2 == 1 || lane == 0)
            {
                throw new InvalidOperationException($"lane {lane}");
            }
        });

        for (int run = 1; run <= 100; run++)
        {
            AggregateException failure = Assert.Throws<AggregateException>(() => crew.Run(isWorthThreads: true));
            Assert.Equal(["lane 0", "lane 1", "lane 3"], failure.InnerExceptions.Select(inner => inner.Message));
            Assert.Equal(4 * run, ended);
        }
    }
}

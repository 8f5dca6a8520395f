using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Windows;

public class RecentIdsTests
{
    [Fact]
    public void Every_window_of_an_id_is_named_while_it_is_asked_for()
    {
        Random random = new(1);
        RecentIds recent = new(new(4, 1));
        HashSet<(ulong Id, long Window)> added = [];
        ulong id = 0;
        for (int i = 0; i < 60_000; i++)
        {
            long window = 1_767_225_600 + (i / 500);
            // Some come again, in the same window or the next.
            id = i % 7 == 6 ? id : (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            if (added.Add((id, window)))
            {
                recent.Add(id, window, window - 30);
            }
            if (i % 3_000 == 0)
            {
                added.RemoveWhere(entry => entry.Window < window - 30);
                Assert.All(added, entry => Assert.Contains((ulong)entry.Window, recent.WindowsOf(entry.Id).ToArray()));
            }
        }
    }

    [Fact]
    public void What_nobody_asks_for_any_more_goes()
    {
        Random random = new(2);
        RecentIds recent = new(new(4, 1));
        for (int i = 0; i < 300_000; i++)
        {
            long window = 1_000 + (i / 1_000);
            recent.Add((ulong)random.NextInt64(long.MinValue, long.MaxValue), window, window - 10);
        }
        // 11,000 are needed; a segment holds others too until it is full and all of its windows are over.
        Assert.InRange(recent.Count, 11_000, 60_000);
    }

    [Fact]
    public void An_id_that_was_never_added_is_hardly_ever_named()
    {
        Random random = new(3);
        RecentIds recent = new(new(4, 1));
        for (int i = 0; i < 100_000; i++)
        {
            recent.Add((ulong)random.NextInt64(long.MinValue, long.MaxValue), 1_000, 0);
        }
        int named = 0;
        for (int i = 0; i < 100_000; i++)
        {
            named += recent.WindowsOf((ulong)random.NextInt64(long.MinValue, long.MaxValue)).Length;
        }
        Assert.InRange(named, 0, 20);
    }
}

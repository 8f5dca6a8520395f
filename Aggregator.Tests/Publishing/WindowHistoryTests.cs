using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Publishing;

public sealed class WindowHistoryTests
{
    private readonly Counter _dropped = new();

    [Fact]
    public async Task A_window_comes_with_its_activity_and_is_completed_by_its_delivery()
    {
        WindowHistory history = new(_dropped);
        WindowBuilder window = WindowBuilder.At(0).Total(online: 5, samples: [40, 60], acks: 2, sent: 3, delivered: 2);

        await PublishAsync(history, window.Activity);
        HistoryWindow first = Assert.Single(history.Read(10, 0, out long revision));
        await PublishAsync(history, window.Delivery);
        HistoryWindow second = Assert.Single(history.Read(10, revision, out _));

        Assert.False(first.IsFinal);
        Assert.Null(first.Results[0].Delivery);
        Assert.Equal((5, 40, 2), (first.Results[0].OnlineUsers, first.Results[0].P50, first.Results[0].Acks));
        Assert.True(second.IsFinal);
        Assert.Equal((3, 2), (second.Results[0].Delivery!.Sent, second.Results[0].Delivery!.Delivered));
        Assert.Equal(1, history.Count);
    }

    [Fact]
    public async Task Who_asks_with_the_last_revision_gets_only_what_changed()
    {
        WindowHistory history = new(_dropped);
        await PublishAsync(history, WindowBuilder.At(0).Total(online: 1).Final);
        history.Read(10, 0, out long revision);

        Assert.Empty(history.Read(10, revision, out _));
        await PublishAsync(history, WindowBuilder.At(1).Total(online: 2).Activity);

        Assert.Equal([2], history.Read(10, revision, out _).Select(window => window.Results[0].OnlineUsers));
    }

    [Fact]
    public async Task A_window_that_comes_again_after_a_restart_changes_nothing()
    {
        WindowHistory history = new(_dropped);
        WindowBuilder window = WindowBuilder.At(0).Total(online: 5, sent: 3, delivered: 3);
        await PublishAsync(history, window.Final);
        history.Read(10, 0, out long revision);

        await PublishAsync(history, window.Final);

        Assert.Empty(history.Read(10, revision, out _));
        Assert.True(Assert.Single(history.Read(10, 0, out _)).IsFinal);
    }

    [Fact]
    public async Task It_keeps_so_many_windows_and_no_more()
    {
        WindowHistory history = new(_dropped, maxWindows: 3, maxDetails: 100);
        for (int minute = 0; minute < 5; minute++)
        {
            await PublishAsync(history, WindowBuilder.At(minute).Total(online: minute).Final);
        }

        Assert.Equal([2, 3, 4], history.Read(10, 0, out _).Select(window => window.Results[0].OnlineUsers));
        Assert.Equal([4], history.Read(1, 0, out _).Select(window => window.Results[0].OnlineUsers));
        Assert.Equal(0, _dropped.Value);
    }

    [Fact]
    public async Task Beyond_the_limit_of_details_the_oldest_windows_keep_their_total_and_it_is_counted()
    {
        WindowHistory history = new(_dropped, maxWindows: 10, maxDetails: 6);
        for (int minute = 0; minute < 3; minute++)
        {
            await PublishAsync(history, WindowBuilder.At(minute).Total(online: 2, errors: [("E", 1)]).Group(0, ["a"], online: 1).Group(0, ["b"], online: 1).Final);
        }

        IReadOnlyList<HistoryWindow> windows = history.Read(10, 0, out _);

        Assert.Equal([1, 3, 3], windows.Select(window => window.Results.Count));
        Assert.Null(windows[0].Results[0].AckErrors);
        Assert.Equal(2, windows[0].Results[0].OnlineUsers);
        Assert.NotNull(windows[1].Results[0].AckErrors);
        Assert.Equal(3, _dropped.Value);
    }

    [Fact]
    public async Task What_it_forgets_makes_room_again()
    {
        WindowHistory history = new(_dropped, maxWindows: 2, maxDetails: 4);
        for (int minute = 0; minute < 6; minute++)
        {
            await PublishAsync(history, WindowBuilder.At(minute).Total(online: 2).Group(0, ["a"]).Group(0, ["b"]).Final);
        }

        Assert.Equal([3, 3], history.Read(10, 0, out _).Select(window => window.Results.Count));
        Assert.Equal(0, _dropped.Value);
    }

    private static Task PublishAsync(WindowHistory history, FinalResults results) =>
        history.PublishAsync(results, TestContext.Current.CancellationToken).AsTask();
}

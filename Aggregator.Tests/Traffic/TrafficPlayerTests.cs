using Aggregator.Core.Generation;
using Aggregator.Host.Traffic;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Traffic;

public sealed class TrafficPlayerTests : IAsyncDisposable
{
    private static readonly TrafficSettings Second = new() { Duration = TimeSpan.FromSeconds(20), Rate = 100, LateShare = 0, TailShare = 0 };

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingSink _sink = new();

    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    [Fact]
    public async Task Unpaced_traffic_does_not_wait()
    {
        TrafficGenerator generator = new(Second);
        await new TrafficPlayer(generator, _sink, _time).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(_sink.Timestamps.Count > 3_800);
        Assert.Equal(generator.Records, _sink.Timestamps.Count);
        Assert.Equal(0, _sink.Pauses);
    }

    [Fact]
    public async Task Paced_traffic_is_written_when_its_time_has_come_and_not_before()
    {
        TrafficGenerator generator = new(Second);
        TrafficPlayer player = new(generator, _sink, _time) { PacedFromMs = Second.StartMs };
        Task playing = player.RunAsync(TestContext.Current.CancellationToken);
        long elapsed = 0;
        for (; !playing.IsCompleted && elapsed < 60_000; elapsed += 100)
        {
            // what is due is written when the player waits again; an advance just before it waits wakes it only with the next one
            int pauses = _sink.Pauses;
            Assert.All(_sink.Timestamps.TakeLast(5), timestamp => Assert.InRange(timestamp, Second.StartMs, Second.StartMs + elapsed));
            _time.Advance(TimeSpan.FromMilliseconds(100));
            SpinWait.SpinUntil(() => _sink.Pauses > pauses || playing.IsCompleted, TimeSpan.FromMilliseconds(250));
        }
        await playing.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.InRange(elapsed, 19_500, 59_000);
        Assert.Equal(generator.Records, _sink.Timestamps.Count);
    }

    [Fact]
    public async Task A_stop_ends_the_waiting()
    {
        TrafficPlayer player = new(new(Second), _sink, _time) { PacedFromMs = Second.StartMs };
        using CancellationTokenSource stop = new();
        Task playing = player.RunAsync(stop.Token);
        Assert.False(playing.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
    }

    [Fact]
    public async Task Progress_tells_how_far_the_pace_is_missed()
    {
        List<TimeSpan> behind = [];
        TrafficPlayer player = new(new(Second), _sink, _time)
        {
            PacedFromMs = Second.StartMs,
            Progress = (_, _, late) => behind.Add(late),
        };
        Task playing = player.RunAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(60));
        await playing;

        Assert.NotEmpty(behind);
        Assert.InRange(behind[0], TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(60));
    }
}

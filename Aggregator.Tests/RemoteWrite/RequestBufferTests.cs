using Aggregator.Core.Diagnostics;
using Aggregator.Core.RemoteWrite;
using Xunit;

namespace Aggregator.Tests.RemoteWrite;

public sealed class RequestBufferTests
{
    private readonly RemoteWriteStatus _status = new();

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_oldest_go_where_there_is_no_room_even_one_that_is_under_way()
    {
        RequestBuffer buffer = new(maxBytes: 100, maxRequests: 10, _status);
        Assert.Equal(0, buffer.Push(Body(60, samples: 1), 1));
        RequestBuffer.Waiting underWay = await buffer.FirstAsync(Aborted);
        Assert.Equal(0, buffer.Push(Body(40, samples: 2), 2));

        int givenUp = buffer.Push(Body(70, samples: 4), 3);

        Assert.Equal(3, givenUp);
        Assert.True(underWay.Settled.Task.IsCompleted);
        buffer.Settle(underWay, () => Assert.Fail("it was given up"));
        Assert.Equal((70, 4, 3), Waiting);
    }

    [Fact]
    public void No_more_requests_wait_than_may()
    {
        RequestBuffer buffer = new(maxBytes: 1000, maxRequests: 2, _status);

        Assert.Equal([0, 0, 1, 2], new[] { 1, 2, 3, 4 }.Select(samples => buffer.Push(Body(1, samples), samples)));
        Assert.Equal((2, 7, 3), Waiting);
    }

    [Fact]
    public async Task What_waits_is_settled_with_its_last_request()
    {
        RequestBuffer buffer = new(1000, 10, _status);
        Assert.True(buffer.WhenSettled().IsCompleted);
        buffer.Push(Body(1, 1), 1);
        buffer.Push(Body(1, 1), 1);
        Task settled = buffer.WhenSettled();

        int settledRequests = 0;
        buffer.Settle(await buffer.FirstAsync(Aborted), () => settledRequests++);
        Assert.False(settled.IsCompleted);
        buffer.Settle(await buffer.FirstAsync(Aborted), () => settledRequests++);

        await settled.WaitAsync(Aborted);
        Assert.Equal(2, settledRequests);
        Assert.Equal((0, 0, 0), Waiting);
    }

    [Fact]
    public async Task Who_loses_nothing_waits_for_room()
    {
        RequestBuffer buffer = new(100, 10, _status);
        await buffer.PushWhenRoomAsync(Body(500, 1), 1, Aborted); // alone, even the largest one has room
        Task waiting = buffer.PushWhenRoomAsync(Body(10, 1), 2, Aborted);
        Assert.False(waiting.IsCompleted);

        buffer.Settle(await buffer.FirstAsync(Aborted), () => { });

        await waiting.WaitAsync(TimeSpan.FromSeconds(60), Aborted);
        Assert.Equal(10, (await buffer.FirstAsync(Aborted)).Body.Content.Length);
    }

    private (long Bytes, long Samples, long SinceMs) Waiting => (_status.BytesWaiting.Value, _status.SamplesWaiting.Value, _status.OldestWaitingMs.Value);

    private static WriteBody Body(int bytes, int samples) => new(new byte[bytes], samples, 0, IsHistograms: false);
}

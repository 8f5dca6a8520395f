using System.Collections.Concurrent;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Pipeline;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Tests.Kafka;
using Aggregator.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Pipeline;

public sealed class DetachingOutputTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceStatus _status = new();
    private readonly CapturedLog _log = new();
    private readonly TroubledOutput _inner = new();
    private readonly DetachingOutput _output;

    public DetachingOutputTests() => _output = new(_inner, _status, _log.For<DetachingOutput>(), _time);

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    private long Dropped => _status.OutputDropped["troubled"].Value;

    [Fact]
    public async Task One_that_hangs_is_waited_for_for_five_minutes_and_then_let_go()
    {
        _inner.Hold();
        Task publishing = PublishAsync(0);
        await UntilAsync(() => _inner.Offered == 1);
        _time.Advance(DetachingOutput.Patience - TimeSpan.FromSeconds(1));
        await Task.Yield();
        Assert.False(publishing.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(1));
        await publishing.WaitAsync(SourceProbe.Patience, Aborted);
        for (int minute = 1; minute <= 70; minute++)
        {
            await PublishAsync(minute).WaitAsync(SourceProbe.Patience, Aborted);
        }

        Assert.Equal(70 - DetachingOutput.MaxBehind, Dropped);
        Assert.StartsWith("Error: Output troubled has taken nothing for 5 min (it does not answer): it holds the others and the commits back no longer.",
            Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_it_is_back_it_gets_what_was_kept_in_order_and_is_waited_for_again()
    {
        await One_that_hangs_is_waited_for_for_five_minutes_and_then_let_go();

        _inner.Release();

        await UntilAsync(() => _inner.Taken.Count == 1 + DetachingOutput.MaxBehind && _log.Lines.Count == 2);
        Assert.Equal([0, .. Enumerable.Range(7, 64)], _inner.Taken);
        Assert.Equal("Warning: Output troubled takes results again; 6 were dropped meanwhile.", _log.Lines[1]);
        _inner.Hold();
        Task publishing = PublishAsync(71);
        await UntilAsync(() => _inner.Offered == 66);
        Assert.False(publishing.IsCompleted);
        _inner.Release();
        await publishing.WaitAsync(SourceProbe.Patience, Aborted);
        Assert.Equal(6, Dropped);
    }

    [Fact]
    public async Task One_that_fails_says_so_to_its_caller_for_five_minutes_and_is_then_tried_beside_it()
    {
        _inner.Problem = "disk full";
        await Assert.ThrowsAsync<IOException>(() => PublishAsync(0));
        _time.Advance(DetachingOutput.Patience);

        await PublishAsync(0).WaitAsync(SourceProbe.Patience, Aborted);
        await PublishAsync(1).WaitAsync(SourceProbe.Patience, Aborted);
        _inner.Problem = null;
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return _inner.Taken.Count == 2;
        });

        Assert.Equal([0, 1], _inner.Taken);
        Assert.Equal(0, Dropped);
        Assert.Contains("(disk full)", _log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Short_trouble_is_forgotten_with_the_next_success()
    {
        for (int minute = 0; minute < 4; minute++)
        {
            _inner.Problem = "busy";
            await Assert.ThrowsAsync<IOException>(() => PublishAsync(minute));
            _time.Advance(DetachingOutput.Patience - TimeSpan.FromSeconds(1));
            _inner.Problem = null;
            await PublishAsync(minute);
        }

        Assert.Equal([0, 1, 2, 3], _inner.Taken);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task What_is_kept_at_the_end_is_counted_as_dropped()
    {
        await One_that_hangs_is_waited_for_for_five_minutes_and_then_let_go();

        await _output.DisposeAsync().AsTask().WaitAsync(SourceProbe.Patience, Aborted);

        Assert.Equal(71, Dropped);
        Assert.Equal("Error: Output troubled was let go and has not come back: 65 results that were kept for it are dropped.", _log.Lines[1]);
    }

    public async ValueTask DisposeAsync()
    {
        _inner.Release();
        await _output.DisposeAsync();
    }

    private Task PublishAsync(int minute) => _output.PublishAsync(WindowBuilder.At(minute).Total(online: 1).Final, Aborted).AsTask();

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource bound = new(SourceProbe.Patience);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, bound.Token);
        }
    }

    private sealed class TroubledOutput : IResultOutput
    {
        private readonly ConcurrentQueue<int> _taken = new();
        private TaskCompletionSource _open = Opened();
        private int _offered;

        public string Name => "troubled";

        public string? Problem { get; set; }

        public int Offered => _offered;

        public ConcurrentQueue<int> Taken => _taken;

        public void Hold() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _open.TrySetResult();

        public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _offered);
            await _open.Task;
            if (Problem is { } problem)
            {
                throw new IOException(problem);
            }
            _taken.Enqueue((int)((results.Windows[0].Window.StartMs - WindowBuilder.At(0).Final.Windows[0].Window.StartMs) / 60_000));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static TaskCompletionSource Opened()
        {
            TaskCompletionSource source = new();
            source.SetResult();
            return source;
        }
    }
}

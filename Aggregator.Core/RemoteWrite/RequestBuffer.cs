using Aggregator.Core.Diagnostics;

namespace Aggregator.Core.RemoteWrite;

/// <summary>
/// Requests that wait for the receiver, first in, first out; bounded in bytes and in number. Thread-safe. What is done with (sent, refused or given up) settles in the order
/// in which it came, so that the last one's end is everyone's.
/// </summary>
internal sealed class RequestBuffer(long maxBytes, int maxRequests, RemoteWriteStatus status)
{
    private readonly object _gate = new();
    private readonly LinkedList<Waiting> _requests = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private long _samples;

    /// <summary>Ends when everything that is in it now is done with.</summary>
    public Task WhenSettled()
    {
        lock (_gate)
        {
            return _requests.Last?.Value.Settled.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>Takes a request; where there is no room the oldest ones have to go.</summary>
    /// <returns>How many samples were given up.</returns>
    public int Push(WriteBody body, long nowMs)
    {
        lock (_gate)
        {
            int givenUp = 0;
            while (_requests.First is { } oldest && !HasRoom(body))
            {
                givenUp += oldest.Value.Body.Samples;
                Remove(oldest);
            }
            Append(body, nowMs);
            return givenUp;
        }
    }

    /// <summary>Takes a request as soon as there is room.</summary>
    public async Task PushWhenRoomAsync(WriteBody body, long nowMs, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_requests.Count == 0 || HasRoom(body))
                {
                    Append(body, nowMs);
                    return;
                }
                room = _room.Task;
            }
            await room.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The oldest request, which stays until it is done with; waits for one.</summary>
    public async Task<Waiting> FirstAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (_requests.First is { } first)
                {
                    return first.Value;
                }
                news = _news.Task;
            }
            await news.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A request is done with.</summary>
    /// <param name="request">The request; nothing happens where it had been given up meanwhile.</param>
    /// <param name="before">Called before anybody learns of it.</param>
    public void Settle(Waiting request, Action before)
    {
        lock (_gate)
        {
            if (_requests.First is { } first && first.Value == request)
            {
                before();
                Remove(first);
            }
        }
    }

    private bool HasRoom(WriteBody body) => _requests.Count < maxRequests && _bytes + body.Content.Length <= maxBytes;

    private void Append(WriteBody body, long nowMs)
    {
        _requests.AddLast(new Waiting(body, nowMs));
        _bytes += body.Content.Length;
        _samples += body.Samples;
        Show();
        Pulse(ref _news);
    }

    private void Remove(LinkedListNode<Waiting> request)
    {
        _requests.Remove(request);
        _bytes -= request.Value.Body.Content.Length;
        _samples -= request.Value.Body.Samples;
        Show();
        request.Value.Settled.TrySetResult();
        Pulse(ref _room);
    }

    private void Show()
    {
        status.BytesWaiting.Value = _bytes;
        status.SamplesWaiting.Value = _samples;
        status.OldestWaitingMs.Value = _requests.First?.Value.SinceMs ?? 0;
    }

    private static void Pulse(ref TaskCompletionSource signal)
    {
        signal.TrySetResult();
        signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A request in the buffer.</summary>
    internal sealed class Waiting(WriteBody body, long sinceMs)
    {
        public WriteBody Body { get; } = body;

        public long SinceMs { get; } = sinceMs;

        /// <summary>Ends when it is done with.</summary>
        public TaskCompletionSource Settled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

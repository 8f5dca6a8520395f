using System.Collections.Concurrent;
using Aggregator.Core.Generation;
using Aggregator.Host.Traffic;

namespace Aggregator.Tests.Traffic;

/// <summary>Keeps the times of what it gets.</summary>
internal sealed class RecordingSink : ITrafficSink
{
    private readonly ConcurrentQueue<long> _timestamps = new();
    private int _pauses;

    public IReadOnlyCollection<long> Timestamps => _timestamps;

    public int Pauses => Volatile.Read(ref _pauses);

    public void Write(in GeneratedRecord record, CancellationToken cancellation) => _timestamps.Enqueue(record.TimestampMs);

    public void Pause() => Interlocked.Increment(ref _pauses);

    public Task CompleteAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

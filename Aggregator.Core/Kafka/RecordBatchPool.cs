using System.Collections.Concurrent;
using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>
/// The batches between source and fold, a few and no more: when all are in use the source has to wait. That is the whole of the back-pressure. Thread-safe.
/// </summary>
public sealed class RecordBatchPool : IDisposable
{
    private readonly ConcurrentBag<RecordBatch> _free = [];
    private readonly SemaphoreSlim _permits;
    private readonly int _recordsPerBatch;
    private readonly int _bytesPerBatch;

    /// <param name="batches">How many batches there are at most.</param>
    /// <param name="recordsPerBatch">How many records one takes.</param>
    /// <param name="bytesPerBatch">At this many bytes a batch is taken for full.</param>
    public RecordBatchPool(int batches = 8, int recordsPerBatch = 4096, int bytesPerBatch = 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 2);
        _permits = new SemaphoreSlim(batches, batches);
        Batches = batches;
        _recordsPerBatch = recordsPerBatch;
        _bytesPerBatch = bytesPerBatch;
    }

    /// <summary>
    /// Batches for a fold of so many lanes: where there are several each waits for the others at the end of a batch, so they get fewer and larger ones, of as much memory together.
    /// </summary>
    public static RecordBatchPool For(int lanes) => lanes == 1 ? new() : new(batches: 4, recordsPerBatch: 16_384, bytesPerBatch: 2 * 1024 * 1024);

    /// <summary>How many batches there are at most.</summary>
    public int Batches { get; }

    /// <summary>At this many bytes a batch is taken for full.</summary>
    public int BytesPerBatch => _bytesPerBatch;

    /// <summary>How many batches are in use.</summary>
    public int InUse => Batches - _permits.CurrentCount;

    /// <summary>Takes an empty batch, waiting for one that long; null when none came back in that time.</summary>
    public RecordBatch? TryRent(TimeSpan wait)
    {
        if (!_permits.Wait(wait))
        {
            return null;
        }
        return _free.TryTake(out RecordBatch? batch) ? batch : new RecordBatch(_recordsPerBatch, _bytesPerBatch);
    }

    /// <summary>Gives a batch back; it must not be touched any more.</summary>
    public void Return(RecordBatch batch)
    {
        batch.Clear();
        _free.Add(batch);
        _permits.Release();
    }

    public void Dispose() => _permits.Dispose();
}

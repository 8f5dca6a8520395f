using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>
/// The batches between source and fold, a few and no more: when all are in use the source has to wait. That is the whole of the back-pressure. Thread-safe. All are made at once: in the
/// middle of the first records such large arrays would make the collector run, which then has more to look through (docs/performance.md).
/// </summary>
public sealed class RecordBatchPool : IDisposable
{
    // The last one that came back is the next one to go: what of it is in a cache still is.
    private readonly Stack<RecordBatch> _free;
    private readonly SemaphoreSlim _permits;

    /// <param name="batches">How many batches there are at most.</param>
    /// <param name="recordsPerBatch">How many records one takes.</param>
    /// <param name="bytesPerBatch">At this many bytes a batch is taken for full.</param>
    public RecordBatchPool(int batches = 8, int recordsPerBatch = 4096, int bytesPerBatch = 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 2);
        _permits = new SemaphoreSlim(batches, batches);
        Batches = batches;
        BytesPerBatch = bytesPerBatch;
        // The padding is within: arrays come in powers of two.
        _free = new(Enumerable.Range(0, batches).Select(_ => new RecordBatch(recordsPerBatch, bytesPerBatch - RecordBatch.Padding)));
    }

    /// <summary>
    /// Batches for a fold of so many lanes: where there are several each waits for the others at the end of a batch, so they get fewer and larger ones, of as much memory together.
    /// </summary>
    public static RecordBatchPool For(int lanes) => lanes == 1 ? new() : new(batches: 4, recordsPerBatch: 16_384, bytesPerBatch: 2 * 1024 * 1024);

    /// <summary>How many batches there are at most.</summary>
    public int Batches { get; }

    /// <summary>At this many bytes a batch is taken for full.</summary>
    public int BytesPerBatch { get; }

    /// <summary>How many batches are in use.</summary>
    public int InUse => Batches - _permits.CurrentCount;

    /// <summary>Takes an empty batch, waiting for one that long; null when none came back in that time.</summary>
    public RecordBatch? TryRent(TimeSpan wait)
    {
        if (!_permits.Wait(wait))
        {
            return null;
        }
        lock (_free)
        {
            return _free.Pop();
        }
    }

    /// <summary>Gives a batch back; it must not be touched any more.</summary>
    public void Return(RecordBatch batch)
    {
        batch.Clear();
        lock (_free)
        {
            _free.Push(batch);
        }
        _permits.Release();
    }

    public void Dispose() => _permits.Dispose();
}

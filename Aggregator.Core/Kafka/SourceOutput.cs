using System.Threading.Channels;
using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>
/// What the poll thread hands over: fills the current batch, keeps ends of partitions in order with it, and takes back what a new assignment made void.
/// Only the poll thread calls it; anyone may read <see cref="Elements"/>.
/// </summary>
internal sealed class SourceOutput(RecordBatchPool pool, TimeProvider time, bool keepKeys)
{
    /// <summary>A batch is handed over when its first record is this old.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(10);

    // Nobody takes anything: a further answer about ends is left out, for it says nothing that the next one will not.
    private const int MaxQueuedEnds = 64;

    // Reading the clock costs as much as copying a record.
    private const int RecordsPerLookAtTheClock = 32;

    // One more record of usual size fits without growing the array.
    private const int Headroom = 8 * 1024;

    private readonly Channel<SourceElement> _elements = Channel.CreateUnbounded<SourceElement>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly Dictionary<PartitionId, long> _ends = [];
    private readonly GarbagePacer _garbage = new();
    private RecordBatch? _batch;
    private long _firstRecordAt;
    private bool _announced;

    public ChannelReader<SourceElement> Elements => _elements.Reader;

    /// <summary>Whether keys go into the batches.</summary>
    public bool KeepsKeys => keepKeys;

    /// <summary>Makes sure that there is a batch to fill; false when none came free in that time.</summary>
    public bool HasRoom(TimeSpan wait)
    {
        _batch ??= pool.TryRent(wait);
        return _batch is not null;
    }

    /// <summary>How many batches were handed over.</summary>
    public long Batches { get; private set; }

    /// <summary>How many records the current batch still takes; 0 where there is none.</summary>
    public int Room => _batch is { } batch ? batch.Capacity - batch.Count : 0;

    /// <summary>How many records the current batch holds.</summary>
    public int Count => _batch?.Count ?? 0;

    /// <summary>Copies a record into the current batch. HOT: once per record.</summary>
    public void Add(in IncomingRecord record)
    {
        RecordBatch batch = _batch!;
        batch.Add(record.Partition, record.Offset, record.TimestampMs, record.Value, record.HasValue, record.Key, record.HasKey);
        int count = batch.Count;
        if (count == 1)
        {
            _firstRecordAt = time.GetTimestamp();
        }
        else if (batch.IsFull || batch.DataLength > pool.BytesPerBatch - Headroom || (count % RecordsPerLookAtTheClock == 0 && IsOld))
        {
            Flush();
        }
    }

    /// <summary>Notes that a partition was read to its end; said after the records before it.</summary>
    public void AtEnd(PartitionId partition, long offset) => _ends[partition] = offset;

    /// <summary>Hands over what is old enough, and the ends of partitions that are still where they are read.</summary>
    public void FlushOld(Positions positions)
    {
        if (Count > 0)
        {
            if (!IsOld)
            {
                return;
            }
            Flush();
        }
        if (_ends.Count == 0)
        {
            return;
        }
        foreach ((PartitionId partition, long offset) in _ends)
        {
            // Records that came after the end was seen make it untrue.
            if (positions.Next(partition) == offset)
            {
                _elements.Writer.TryWrite(new SourceElement.PartitionEnd(partition, offset));
            }
        }
        _ends.Clear();
    }

    public void EndOffsets(SourceElement.EndOffsets ends)
    {
        if (_elements.Reader.Count < MaxQueuedEnds)
        {
            _elements.Writer.TryWrite(ends);
        }
    }

    public void Announce(SourceElement.Assigned assigned)
    {
        _announced = true;
        _elements.Writer.TryWrite(assigned);
    }

    /// <summary>Everything handed over or gathered so far is void: what nobody took yet is taken back, and the reader is told.</summary>
    public void Void()
    {
        while (_elements.Reader.TryRead(out SourceElement? element))
        {
            if (element is SourceElement.Batch batch)
            {
                pool.Return(batch.Records);
            }
            else if (element is SourceElement.Unassigned)
            {
                _announced = true; // the reader never saw it: it is to be said again
            }
        }
        DropBatch();
        if (_announced)
        {
            _announced = false;
            _elements.Writer.TryWrite(new SourceElement.Unassigned());
        }
    }

    /// <summary>Hands over the rest and ends the stream.</summary>
    public void Complete()
    {
        if (Count > 0)
        {
            Flush();
        }
        DropBatch();
        _elements.Writer.TryComplete();
    }

    private bool IsOld => time.GetElapsedTime(_firstRecordAt) >= MaxAge;

    private void Flush()
    {
        _elements.Writer.TryWrite(new SourceElement.Batch(_batch!));
        _batch = null;
        Batches++;
        _garbage.Pace();
    }

    private void DropBatch()
    {
        if (_batch is { } batch)
        {
            pool.Return(batch);
            _batch = null;
        }
        _ends.Clear();
    }
}

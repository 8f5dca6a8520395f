using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// One partition's own queue in the client. Read or not, it fills up to its own limit and then fetches no more: so a partition can wait without the client dropping
/// what it fetched, as pausing would.
/// </summary>
internal sealed unsafe class PartitionQueue : IDisposable
{
    private const int EndOfPartition = -191;
    private const int OffsetsGone = -140;
    private const int MaxMessages = 1024;

    private readonly string _name;
    private readonly PartitionId _partition;
    private readonly long _stop;
    private readonly NativeQueue.Message*[] _messages = new NativeQueue.Message*[MaxMessages];
    private nint _queue;
    private long _next;
    private bool _isAtEnd;

    /// <param name="queue">The native queue, to be given back by this object.</param>
    /// <param name="name">The partition as the cluster names it.</param>
    /// <param name="section">What to read.</param>
    public PartitionQueue(nint queue, string name, LogSection section)
    {
        _queue = queue;
        _name = name;
        _partition = section.Partition;
        _next = section.Start;
        _stop = section.Stop;
        _isAtEnd = _next >= _stop;
    }

    public PartitionId Partition => _partition;

    // HOT: each record passes here. Benchmark: the drain of a broker, Aggregator.Benchmarks.
    public LogRead Read(RecordBatch batch, TimeSpan wait)
    {
        if (_isAtEnd)
        {
            return LogRead.End;
        }
        int before = batch.Count;
        // The client waits for as many as it is asked for: so for one, and the others as they are there.
        int count = Take(batch, 0, batch.Capacity - batch.Count);
        if (count == 0 && wait > TimeSpan.Zero && Take(batch, (int)wait.TotalMilliseconds, 1) > 0 && !_isAtEnd)
        {
            Take(batch, 0, batch.Capacity - batch.Count);
        }
        return batch.Count > before ? LogRead.Records : _isAtEnd ? LogRead.End : LogRead.Nothing;
    }

    public void Dispose()
    {
        if (_queue != 0)
        {
            NativeQueue.Destroy(_queue);
            _queue = 0;
        }
    }

    private int Take(RecordBatch batch, int waitMs, int room)
    {
        int count;
        fixed (NativeQueue.Message** messages = _messages)
        {
            count = (int)NativeQueue.ConsumeBatch(_queue, waitMs, messages, (nuint)Math.Min(room, MaxMessages));
        }
        int error = 0;
        long errorOffset = 0;
        for (int i = 0; i < count; i++)
        {
            NativeQueue.Message* message = _messages[i];
            if (message->Error == 0)
            {
                Take(batch, message);
            }
            else if (message->Error == EndOfPartition)
            {
                _isAtEnd |= message->Offset >= _stop;
            }
            else
            {
                error = message->Error;
                errorOffset = message->Offset;
            }
            NativeQueue.MessageDestroy(message);
        }
        if (error != 0 && !_isAtEnd)
        {
            throw Failure(error, errorOffset);
        }
        return count;
    }

    private void Take(RecordBatch batch, NativeQueue.Message* message)
    {
        if (message->Offset >= _stop)
        {
            _isAtEnd = true;
            return;
        }
        int type;
        long timestampMs = NativeQueue.MessageTimestamp(message, &type);
        batch.Add(_partition, message->Offset, type == 0 ? RecordBatch.NoTimestamp : timestampMs,
            new ReadOnlySpan<byte>(message->Value, (int)message->ValueLength), message->Value != null);
        _next = message->Offset + 1;
        _isAtEnd |= _next >= _stop;
    }

    private IOException Failure(int error, long offset) => error == OffsetsGone
        ? new RecordsGoneException($"{_name}: the records from offset {_next} on are no longer there: retention took them, or the topic was made anew; "
            + "begin the replay later in time, without --resume")
        : new IOException($"{_name}@{Math.Max(offset, _next)}: {NativeConsumer.Text((ErrorCode)error)}");
}

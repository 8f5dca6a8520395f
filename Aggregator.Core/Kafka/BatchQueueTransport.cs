using System.Runtime.InteropServices;
using Aggregator.Core.Records;
using Confluent.Kafka;
using Message = Aggregator.Core.Kafka.NativeQueue.Message;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Takes up to some thousand messages from the consumer's queue in one call of librdkafka (<c>rd_kafka_consume_batch_queue</c>) and shows their bytes where they lie, without an
/// object per record. What <c>Consume</c> does besides happens in that call too: the group hears of us, and the handlers of rebalances and errors run. librdkafka
/// itself takes the messages of a revoked or sought partition out of the call's result.
/// </summary>
internal sealed unsafe class BatchQueueTransport : IRecordTransport
{
    // The rest is for what comes while messages wait for room: the client must be heard then too, and a pause may let a few through.
    private const int MaxMessages = 4096;
    private const int MaxHeld = 2 * MaxMessages;

    private const int TextSize = 512;

    private readonly NativeConsumer _client;
    private readonly nint _clientPointer;
    private readonly nint _queue;
    private readonly Message** _messages;

    // Those from _next to _count are ours, and not handed over yet.
    private int _next;
    private int _count;
    private nint _knownTopic;
    private RecordTopic _topic;
    private bool _isDisposed;

    public BatchQueueTransport(NativeConsumer client)
    {
        _client = client;
        _clientPointer = client.Hold();
        _queue = NativeQueue.OfConsumer(_clientPointer);
        _messages = (Message**)NativeMemory.Alloc(MaxHeld, (nuint)sizeof(Message*));
    }

    public bool Poll(RecordIntake intake, int waitMs)
    {
        if (_next < _count)
        {
            HandOver(intake);
            if (_next == _count)
            {
                return false;
            }
            if (intake.IsHeldUp)
            {
                ListenWhileHolding(intake, waitMs);
            }
            return true;
        }
        int size = Math.Min(MaxMessages, intake.Room);
        Take(0, size);
        if (_count == 0)
        {
            // The call waits until it has as many as asked for: the first is to be had at once; with a batch begun, the wait gathers some.
            size = intake.IsIdle ? 1 : size;
            Take(waitMs, size);
        }
        bool isLull = _count < size;
        HandOver(intake);
        return isLull;
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        DropHeld();
        NativeQueue.Destroy(_queue);
        NativeMemory.Free(_messages);
        _client.Release();
    }

    private void Take(int waitMs, int size)
    {
        _next = 0;
        _count = 0; // should a handler throw
        _count = Math.Max(0, (int)NativeQueue.ConsumeBatch(_queue, waitMs, _messages, (nuint)size));
    }

    // While partitions are paused next to nothing comes; what comes is kept behind the rest.
    private void ListenWhileHolding(RecordIntake intake, int waitMs)
    {
        long held = (long)(_count - _next) * sizeof(Message*);
        Buffer.MemoryCopy(_messages + _next, _messages, held, held);
        _count -= _next;
        _next = 0;
        if (_count == MaxHeld)
        {
            intake.Miss();
            DropHeld();
        }
        _count += Math.Max(0, (int)NativeQueue.ConsumeBatch(_queue, waitMs, _messages + _count, (nuint)(MaxHeld - _count)));
    }

    private void DropHeld()
    {
        for (; _next < _count; _next++)
        {
            NativeQueue.MessageDestroy(_messages[_next]);
        }
        _next = 0;
        _count = 0;
    }

    // HOT: once per record.
    private void HandOver(RecordIntake intake)
    {
        // A handle is known for as long as the messages that bear it are ours.
        _knownTopic = 0;
        for (; _next < _count; _next++)
        {
            Message* message = _messages[_next];
            if (message->Error != 0)
            {
                TakeEvent(message, intake);
            }
            else if (!TryTake(message, intake))
            {
                return;
            }
            NativeQueue.MessageDestroy(message);
        }
    }

    private bool TryTake(Message* message, RecordIntake intake)
    {
        int type;
        long timestamp = NativeQueue.MessageTimestamp(message, &type);
        bool keepsKey = intake.KeepsKeys && message->Key is not null;
        return intake.TryTake(new(
            Partition(message, intake), message->Offset, type == 0 ? RecordBatch.NoTimestamp : timestamp,
            new(message->Value, (int)message->ValueLength), message->Value is not null)
        {
            Key = keepsKey ? new(message->Key, (int)message->KeyLength) : default,
            HasKey = keepsKey,
        });
    }

    private PartitionId Partition(Message* message, RecordIntake intake)
    {
        if (message->Topic != _knownTopic)
        {
            _knownTopic = message->Topic;
            _topic = intake.Names.Topic(message->Topic == 0 ? [] : MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)NativeQueue.TopicName(message->Topic)));
        }
        return new(_topic, message->Partition);
    }

    /// <summary>What comes in place of a record: the end of a partition, or an error.</summary>
    private void TakeEvent(Message* message, RecordIntake intake)
    {
        var code = (ErrorCode)message->Error;
        if (code == ErrorCode.Local_PartitionEOF)
        {
            intake.TakeEnd(Partition(message, intake), message->Offset);
            return;
        }
        TopicPartitionOffset? where = TopicName(message) is { } topic ? new(topic, message->Partition, message->Offset) : null;
        intake.TakeError(code == ErrorCode.Local_Fatal ? FatalError() : new Error(code, Marshal.PtrToStringUTF8(NativeQueue.MessageErrorText(message))), where);
    }

    private Error FatalError()
    {
        byte* text = stackalloc byte[TextSize];
        text[0] = 0;
        int code = NativeLibrdkafka.FatalError(_clientPointer, text, TextSize);
        return new Error((ErrorCode)code, Marshal.PtrToStringUTF8((nint)text), isFatal: true);
    }

    private static string? TopicName(Message* message) => message->Topic == 0 ? null : Marshal.PtrToStringUTF8(NativeQueue.TopicName(message->Topic));
}

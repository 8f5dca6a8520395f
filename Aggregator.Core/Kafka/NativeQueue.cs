using System.Runtime.InteropServices;

namespace Aggregator.Core.Kafka;

/// <summary>The functions of librdkafka for queues, and for the messages and events that come out of them. Whoever has a client's pointer may call them (<see cref="NativeConsumer.HandleOf"/>).</summary>
internal static partial class NativeQueue
{
    private const string Library = NativeLibrdkafka.Library;

    /// <summary><c>rd_kafka_message_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Message
    {
        internal int Error;
        internal nint Topic;
        internal int Partition;
        internal byte* Value;
        internal nuint ValueLength;
        internal byte* Key;
        internal nuint KeyLength;
        internal long Offset;
        internal nint Private;
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_new")]
    internal static partial nint New(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_consumer")]
    internal static partial nint OfConsumer(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_partition", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OfPartition(nint client, string topic, int partition);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_forward")]
    internal static partial void Forward(nint queue, nint target);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void Destroy(nint queue);

    [LibraryImport(Library, EntryPoint = "rd_kafka_consume_batch_queue")]
    internal static unsafe partial nint ConsumeBatch(nint queue, int timeoutMs, Message** messages, nuint size);

    // A few instructions: telling the collector of the call would take longer.
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    internal static unsafe partial long MessageTimestamp(Message* message, int* type);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_destroy")]
    internal static unsafe partial void MessageDestroy(Message* message);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_errstr")]
    internal static unsafe partial nint MessageErrorText(Message* message);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_name")]
    internal static partial nint TopicName(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_poll")]
    internal static partial nint Poll(nint queue, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_error")]
    internal static partial int EventError(nint answer);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_error_string")]
    internal static partial nint EventErrorText(nint answer);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_destroy")]
    internal static partial void EventDestroy(nint answer);
}

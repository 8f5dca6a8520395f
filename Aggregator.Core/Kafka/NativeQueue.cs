using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aggregator.Core.Kafka;

/// <summary>The functions of librdkafka that read one partition's own queue.</summary>
internal static partial class NativeQueue
{
    // Its static constructor tells where the library is.
    static NativeQueue() => RuntimeHelpers.RunClassConstructor(typeof(NativeLibrdkafka).TypeHandle);

    /// <summary>Makes sure that the library is found; the imports below do not run the constructor by themselves.</summary>
    internal static void Load() => RuntimeHelpers.RunClassConstructor(typeof(NativeQueue).TypeHandle);

    /// <summary><c>rd_kafka_message_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Message
    {
        internal int Error;
        internal nint Topic;
        internal int Partition;
        internal byte* Payload;
        internal nuint Length;
        internal byte* Key;
        internal nuint KeyLength;
        internal long Offset;
        internal nint Private;
    }

    [LibraryImport(NativeLibrdkafka.Library, EntryPoint = "rd_kafka_queue_get_partition", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OfPartition(nint client, string topic, int partition);

    [LibraryImport(NativeLibrdkafka.Library, EntryPoint = "rd_kafka_queue_forward")]
    internal static partial void Forward(nint queue, nint target);

    [LibraryImport(NativeLibrdkafka.Library, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void Destroy(nint queue);

    [LibraryImport(NativeLibrdkafka.Library, EntryPoint = "rd_kafka_consume_batch_queue")]
    internal static unsafe partial nint ConsumeBatch(nint queue, int timeoutMs, Message** messages, nuint size);

    [LibraryImport(NativeLibrdkafka.Library, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    internal static unsafe partial long Timestamp(Message* message, int* type);

    [LibraryImport(NativeLibrdkafka.Library, EntryPoint = "rd_kafka_message_destroy")]
    internal static unsafe partial void MessageDestroy(Message* message);
}

using System.Runtime.InteropServices;

namespace Aggregator.Core.Kafka;

/// <summary>The functions of librdkafka that ask what the brokers know of topics. Whoever has a client's pointer may call them (<see cref="NativeConsumer.HandleOf"/>).</summary>
internal static partial class NativeAdmin
{
    /// <summary><c>RD_KAFKA_ADMIN_OP_ANY</c>: options that any question takes.</summary>
    internal const int AnyQuestion = 0;

    private const string Library = NativeLibrdkafka.Library;

    [LibraryImport(Library, EntryPoint = "rd_kafka_AdminOptions_new")]
    internal static partial nint OptionsNew(nint client, int question);

    [LibraryImport(Library, EntryPoint = "rd_kafka_AdminOptions_set_request_timeout")]
    internal static unsafe partial int OptionsSetTimeout(nint options, int timeoutMs, byte* errorText, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_AdminOptions_destroy")]
    internal static partial void OptionsDestroy(nint options);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicCollection_of_topic_names", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint TopicsOfNames(string[] names, nuint count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicCollection_destroy")]
    internal static partial void TopicsDestroy(nint topics);

    [LibraryImport(Library, EntryPoint = "rd_kafka_DescribeTopics")]
    internal static partial void DescribeTopics(nint client, nint topics, nint options, nint queue);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_DescribeTopics_result")]
    internal static partial nint EventTopics(nint answer);

    [LibraryImport(Library, EntryPoint = "rd_kafka_DescribeTopics_result_topics")]
    internal static unsafe partial nint* Topics(nint result, nuint* count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicDescription_name")]
    internal static partial nint TopicName(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicDescription_topic_id")]
    internal static partial nint TopicId(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicDescription_error")]
    internal static partial nint TopicError(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicDescription_partitions")]
    internal static unsafe partial nint* TopicPartitions(nint topic, nuint* count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicPartitionInfo_partition")]
    internal static partial int PartitionNumber(nint partition);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicPartitionInfo_leader")]
    internal static partial nint PartitionLeader(nint partition);

    [LibraryImport(Library, EntryPoint = "rd_kafka_TopicPartitionInfo_replicas")]
    internal static unsafe partial nint* PartitionReplicas(nint partition, nuint* count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_Uuid_base64str")]
    internal static partial nint IdText(nint id);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_string")]
    internal static partial nint ErrorText(nint error);
}

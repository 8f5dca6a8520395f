using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// The functions of librdkafka that Confluent.Kafka does not offer, in the very library that it loaded: there are several flavours of the file
/// (glibc, Alpine, CentOS), and a second copy would know nothing of the first one's handles.
/// </summary>
internal static partial class NativeLibrdkafka
{
    internal const string Library = "librdkafka-as-loaded";

    static NativeLibrdkafka() => NativeLibrary.SetDllImportResolver(typeof(NativeLibrdkafka).Assembly, Resolve);

    /// <summary>Makes sure that the library is found; imports of other classes do not run the constructor by themselves.</summary>
    internal static void Load() => RuntimeHelpers.RunClassConstructor(typeof(NativeLibrdkafka).TypeHandle);

    /// <summary>The name of the flavour that Confluent.Kafka took: its delegates point into one of several classes of imports, each bound to one file.</summary>
    internal static string LoadedFlavour()
    {
        if (!Confluent.Kafka.Library.IsLoaded)
        {
            Confluent.Kafka.Library.Load();
        }
        Type? bindings = typeof(Handle).Assembly.GetType("Confluent.Kafka.Impl.Librdkafka");
        object? version = bindings?.GetField("_version", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null);
        return (version as Delegate)?.Method.GetCustomAttribute<DllImportAttribute>()?.Value
            ?? throw new InvalidOperationException("Confluent.Kafka keeps its native functions elsewhere in this version; NativeLibrdkafka must follow.");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Library ? NativeLibrary.Load(LoadedFlavour(), typeof(Handle).Assembly, path) : 0;

    /// <summary><c>rd_kafka_topic_partition_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TopicPartition
    {
        internal nint Topic;
        internal int Partition;
        internal long Offset;
        internal nint Metadata;
        internal nuint MetadataSize;
        internal nint Opaque;
        internal int Error;
        internal nint Private;
    }

    /// <summary><c>rd_kafka_topic_partition_list_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct TopicPartitionList
    {
        internal int Count;
        internal int Size;
        internal TopicPartition* Elements;
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_fatal_error")]
    internal static unsafe partial int FatalError(nint client, byte* errorText, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_new")]
    internal static unsafe partial TopicPartitionList* ListNew(int size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial TopicPartition* ListAdd(TopicPartitionList* list, string topic, int partition);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    internal static unsafe partial void ListDestroy(TopicPartitionList* list);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mem_malloc")]
    internal static partial nint MemMalloc(nint client, nuint size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_commit")]
    internal static unsafe partial int Commit(nint client, TopicPartitionList* offsets, int isAsync);

    [LibraryImport(Library, EntryPoint = "rd_kafka_committed")]
    internal static unsafe partial int Committed(nint client, TopicPartitionList* partitions, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_offsets_for_times")]
    internal static unsafe partial int OffsetsForTimes(nint client, TopicPartitionList* times, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_seek_partitions")]
    internal static unsafe partial nint SeekPartitions(nint client, TopicPartitionList* partitions, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_err2str")]
    internal static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_code")]
    internal static partial int ErrorCode(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_destroy")]
    internal static partial void ErrorDestroy(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    internal static partial nint ConfNew();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_destroy")]
    internal static partial void ConfDestroy(nint conf);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int ConfSet(nint conf, string key, string value, byte* errorText, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_log_cb")]
    internal static unsafe partial void ConfSetLogCallback(nint conf, delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    internal static unsafe partial nint New(int kind, nint conf, byte* errorText, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    internal static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy_flags")]
    internal static partial void DestroyFlags(nint client, int flags);
}

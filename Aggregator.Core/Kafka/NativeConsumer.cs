using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// A consumer's own native client, for what <see cref="IConsumer{TKey,TValue}"/> does not offer: offsets with metadata, and a seek of all partitions in one
/// call with a time limit. Works alike with both group protocols. Calls block; any thread may make them, and the client lives at least as long as a call.
/// </summary>
internal sealed unsafe class NativeConsumer
{
    /// <summary>What librdkafka says for "no offset".</summary>
    public const long NoOffset = -1001;

    private readonly SafeHandle _handle;

    public NativeConsumer(Handle handle) => _handle = HandleOf(handle);

    /// <summary>The native client behind a client of Confluent.Kafka. What takes it may call any function of librdkafka from now on.</summary>
    internal static SafeHandle HandleOf(Handle handle)
    {
        NativeLibrdkafka.Load();
        return NativeHandle(handle) as SafeHandle ?? throw new InvalidOperationException("Confluent.Kafka's handle is no SafeHandle in this version.");
    }

    /// <summary>
    /// Commits all offsets with their metadata in one request and waits for the answer.
    /// </summary>
    /// <returns>The error of the request, else the first error of a partition; <see cref="ErrorCode.NoError"/> when all were taken.</returns>
    public ErrorCode Commit(IReadOnlyList<NativeOffset> offsets)
    {
        using var client = new ClientReference(_handle);
        NativeLibrdkafka.TopicPartitionList* list = NativeLibrdkafka.ListNew(offsets.Count);
        try
        {
            foreach (NativeOffset offset in offsets)
            {
                NativeLibrdkafka.TopicPartition* element = Add(list, offset);
                SetMetadata(client.Pointer, element, offset.Metadata);
            }
            int error = NativeLibrdkafka.Commit(client.Pointer, list, isAsync: 0);
            for (int i = 0; error == 0 && i < list->Count; i++)
            {
                error = list->Elements[i].Error;
            }
            return (ErrorCode)error;
        }
        finally
        {
            NativeLibrdkafka.ListDestroy(list);
        }
    }

    /// <summary>
    /// Asks what the group committed. Where nothing is committed the offset is <see cref="NoOffset"/>.
    /// </summary>
    /// <param name="partitions">The partitions to ask for.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <param name="committed">The answer, in the order asked.</param>
    /// <returns>The error of the request, else the first error of a partition; <see cref="ErrorCode.NoError"/> when all were answered.</returns>
    public ErrorCode Committed(IReadOnlyList<TopicPartition> partitions, TimeSpan timeout, out IReadOnlyList<NativeOffset> committed)
    {
        using var client = new ClientReference(_handle);
        NativeLibrdkafka.TopicPartitionList* list = NativeLibrdkafka.ListNew(partitions.Count);
        try
        {
            foreach (TopicPartition partition in partitions)
            {
                Add(list, new NativeOffset(partition, NoOffset, null));
            }
            int error = NativeLibrdkafka.Committed(client.Pointer, list, (int)timeout.TotalMilliseconds);
            var result = new NativeOffset[list->Count];
            for (int i = 0; i < result.Length; i++)
            {
                NativeLibrdkafka.TopicPartition* element = list->Elements + i;
                string? metadata = element->Metadata == 0
                    ? null
                    : Encoding.UTF8.GetString((byte*)element->Metadata, (int)element->MetadataSize);
                result[i] = new NativeOffset(partitions[i], element->Offset, metadata);
                if (error == 0)
                {
                    error = element->Error;
                }
            }
            committed = result;
            return (ErrorCode)error;
        }
        finally
        {
            NativeLibrdkafka.ListDestroy(list);
        }
    }

    /// <summary>Moves the position of each partition; what was fetched before is dropped.</summary>
    /// <returns>The first error; <see cref="ErrorCode.NoError"/> when all moved.</returns>
    public ErrorCode Seek(IReadOnlyList<NativeOffset> positions, TimeSpan timeout)
    {
        using var client = new ClientReference(_handle);
        NativeLibrdkafka.TopicPartitionList* list = NativeLibrdkafka.ListNew(positions.Count);
        try
        {
            foreach (NativeOffset position in positions)
            {
                Add(list, position);
            }
            int code = 0;
            nint error = NativeLibrdkafka.SeekPartitions(client.Pointer, list, (int)timeout.TotalMilliseconds);
            if (error != 0)
            {
                code = NativeLibrdkafka.ErrorCode(error);
                NativeLibrdkafka.ErrorDestroy(error);
            }
            for (int i = 0; code == 0 && i < list->Count; i++)
            {
                code = list->Elements[i].Error;
            }
            return (ErrorCode)code;
        }
        finally
        {
            NativeLibrdkafka.ListDestroy(list);
        }
    }

    /// <summary>
    /// A reference to the client itself that keeps it from being destroyed; for callers that stay longer than a call. <see cref="Release"/> gives it up.
    /// </summary>
    public nint Hold()
    {
        bool added = false;
        _handle.DangerousAddRef(ref added);
        return _handle.DangerousGetHandle();
    }

    /// <summary>Ends what <see cref="Hold"/> began.</summary>
    public void Release() => _handle.DangerousRelease();

    /// <summary>The words of librdkafka for an error.</summary>
    public static string Text(ErrorCode error) => Marshal.PtrToStringUTF8(NativeLibrdkafka.ErrorText((int)error)) ?? error.ToString();

    private static NativeLibrdkafka.TopicPartition* Add(NativeLibrdkafka.TopicPartitionList* list, NativeOffset offset)
    {
        NativeLibrdkafka.TopicPartition* element = NativeLibrdkafka.ListAdd(list, offset.Partition.Topic, offset.Partition.Partition.Value);
        element->Offset = offset.Offset;
        return element;
    }

    // The list frees the string with librdkafka's allocator, so it must come from there.
    private static void SetMetadata(nint client, NativeLibrdkafka.TopicPartition* element, string? metadata)
    {
        if (string.IsNullOrEmpty(metadata))
        {
            return;
        }
        int size = Encoding.UTF8.GetByteCount(metadata);
        nint copy = NativeLibrdkafka.MemMalloc(client, (nuint)size + 1);
        var bytes = new Span<byte>((void*)copy, size + 1);
        Encoding.UTF8.GetBytes(metadata, bytes);
        bytes[size] = 0;
        element->Metadata = copy;
        element->MetadataSize = (nuint)size;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object NativeHandle(Handle handle);
}

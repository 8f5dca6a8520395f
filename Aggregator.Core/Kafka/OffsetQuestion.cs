using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Asks the leaders of partitions for offsets, a request for each broker, with the isolation level of the client: one that reads committed records only gets the end up to
/// which it can read.
/// <para>
/// By <c>rd_kafka_offsets_for_times</c>, which takes the two special times as well, and not by the admin client's <c>ListOffsets</c>: while a leader is not known yet, news of
/// it makes librdkafka 2.16 free that question under the thread that asks it (SIGSEGV).
/// </para>
/// </summary>
internal static unsafe class OffsetQuestion
{
    /// <summary>Stands for the end of the log, in place of a time.</summary>
    public const long End = -1;

    /// <summary>Stands for the first record of the log, in place of a time.</summary>
    public const long Earliest = -2;

    /// <summary>Asks on a thread of its own, for the call blocks while brokers do not answer.</summary>
    /// <param name="client">A client of any kind. It may be closed meanwhile; then it ends with the answer.</param>
    /// <param name="times">Ms since the epoch, <see cref="End"/> or <see cref="Earliest"/>, for each partition.</param>
    /// <param name="timeout">The longest that it takes.</param>
    /// <returns>For each partition the first offset at that time or later; -1 where there is none.</returns>
    /// <exception cref="KafkaException">The brokers do not answer in time, or not for every partition.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public static Task<IReadOnlyDictionary<TopicPartition, long>> AskAsync(IClient client, IReadOnlyDictionary<TopicPartition, long> times, TimeSpan timeout) =>
        BlockingQuestion.AskAsync<IReadOnlyDictionary<TopicPartition, long>>(client, pointer => Ask(pointer, times, timeout));

    private static Dictionary<TopicPartition, long> Ask(nint client, IReadOnlyDictionary<TopicPartition, long> times, TimeSpan timeout)
    {
        NativeLibrdkafka.TopicPartitionList* list = NativeLibrdkafka.ListNew(times.Count);
        try
        {
            foreach ((TopicPartition partition, long time) in times)
            {
                NativeLibrdkafka.ListAdd(list, partition.Topic, partition.Partition.Value)->Offset = time;
            }
            int error = NativeLibrdkafka.OffsetsForTimes(client, list, (int)timeout.TotalMilliseconds);
            var offsets = new Dictionary<TopicPartition, long>();
            foreach (NativeLibrdkafka.TopicPartition answer in new ReadOnlySpan<NativeLibrdkafka.TopicPartition>(list->Elements, list->Count))
            {
                var partition = new TopicPartition(Marshal.PtrToStringUTF8(answer.Topic)!, answer.Partition);
                ThrowIfError(answer.Error, $"{partition}: ");
                // A partition that got no answer within the time still has its question, without an error.
                if (error == 0 && answer.Offset == times[partition])
                {
                    throw new KafkaException(new Error(ErrorCode.Local_Transport, $"no offset came for {partition}"));
                }
                offsets.Add(partition, answer.Offset);
            }
            ThrowIfError(error, "");
            return offsets;
        }
        finally
        {
            NativeLibrdkafka.ListDestroy(list);
        }
    }

    private static void ThrowIfError(int error, string where)
    {
        if (error != 0)
        {
            throw new KafkaException(new Error((ErrorCode)error, where + NativeConsumer.Text((ErrorCode)error)));
        }
    }
}

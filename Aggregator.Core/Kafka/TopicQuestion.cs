using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Asks what the brokers know of topics, without creating them by asking: <c>GetMetadata</c> would.
/// <para>
/// By <c>rd_kafka_DescribeTopics</c> on a queue of its own, and not by Confluent.Kafka's admin client: a partition that has no replica in sync (brokers that were away for
/// a moment are enough) makes the reading of that answer fail there (2.16), whereupon the admin client frees its queue, and the next question or its end uses what is freed.
/// </para>
/// </summary>
internal static unsafe class TopicQuestion
{
    // The client answers a question within its time by itself, if only that nobody did. One that it forgets must not hang whoever waits.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Asks on a thread of its own, for the call blocks while brokers do not answer.</summary>
    /// <param name="client">A client of any kind. It may be closed meanwhile; then it ends with the answer.</param>
    /// <param name="topics">Their names.</param>
    /// <param name="timeout">The longest that brokers may take.</param>
    /// <returns>A description for each topic asked for; one that does not exist has its error.</returns>
    /// <exception cref="KafkaException">The brokers do not answer in time, or refuse.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public static Task<IReadOnlyList<ClusterTopic>> DescribeAsync(IClient client, IReadOnlyCollection<string> topics, TimeSpan timeout) =>
        BlockingQuestion.AskAsync<IReadOnlyList<ClusterTopic>>(client, pointer => Ask(pointer, [.. topics], timeout));

    private static ClusterTopic[] Ask(nint client, string[] topics, TimeSpan timeout)
    {
        nint queue = NativeQueue.New(client);
        nint options = NativeAdmin.OptionsNew(client, NativeAdmin.AnyQuestion);
        nint names = NativeAdmin.TopicsOfNames(topics, (nuint)topics.Length);
        nint answer = 0;
        try
        {
            _ = NativeAdmin.OptionsSetTimeout(options, (int)timeout.TotalMilliseconds, null, 0);
            NativeAdmin.DescribeTopics(client, names, options, queue);
            answer = NativeQueue.Poll(queue, (int)(timeout + Grace).TotalMilliseconds);
            if (answer == 0)
            {
                throw new KafkaException(ErrorCode.Local_TimedOut);
            }
            var code = (ErrorCode)NativeQueue.EventError(answer);
            if (code != ErrorCode.NoError)
            {
                throw new KafkaException(new Error(code, Text(NativeQueue.EventErrorText(answer))));
            }
            nuint count;
            nint* first = NativeAdmin.Topics(NativeAdmin.EventTopics(answer), &count);
            return Each(first, count, Topic);
        }
        finally
        {
            if (answer != 0)
            {
                NativeQueue.EventDestroy(answer);
            }
            NativeAdmin.TopicsDestroy(names);
            NativeAdmin.OptionsDestroy(options);
            // An answer that comes yet finds it closed and is dropped.
            NativeQueue.Destroy(queue);
        }
    }

    private static ClusterTopic Topic(nint topic)
    {
        nint error = NativeAdmin.TopicError(topic);
        var code = (ErrorCode)(error == 0 ? 0 : NativeLibrdkafka.ErrorCode(error));
        nuint count;
        nint* first = NativeAdmin.TopicPartitions(topic, &count);
        return new(
            Text(NativeAdmin.TopicName(topic)),
            Text(NativeAdmin.IdText(NativeAdmin.TopicId(topic))),
            code == ErrorCode.NoError ? new Error(code) : new Error(code, Text(NativeAdmin.ErrorText(error))),
            Each(first, count, Partition));
    }

    private static ClusterPartition Partition(nint partition)
    {
        nuint replicas;
        NativeAdmin.PartitionReplicas(partition, &replicas);
        return new(NativeAdmin.PartitionNumber(partition), NativeAdmin.PartitionLeader(partition) != 0, (int)replicas);
    }

    private static T[] Each<T>(nint* first, nuint count, Func<nint, T> read) =>
        Array.ConvertAll(new ReadOnlySpan<nint>(first, (int)count).ToArray(), item => read(item));

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";
}

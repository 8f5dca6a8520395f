using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Consumer = Confluent.Kafka.IConsumer<Aggregator.Core.Kafka.RecordCopier.CopiedKey, Aggregator.Core.Kafka.RecordCopier.CopiedValue>;

namespace Aggregator.Core.Kafka;

/// <summary>One consumer from its making to its end, with the admin client on the same connections. After a fatal error a new one takes its place.</summary>
internal sealed class ConsumerSession
{
    /// <summary>
    /// When the client gives a question about a group up; the longest that it takes. A question that is given up while no broker is connected ends the process when
    /// one comes back: librdkafka's request for the coordinator lives on and finds its memory freed (librdkafka #4605, #5397; 2.16 has it). So questions stay open over
    /// outages, and <see cref="StandbyGate"/> replaces the client long before this.
    /// </summary>
    public static readonly TimeSpan GroupQuestionTimeout = TimeSpan.FromHours(1);

    private readonly bool _incremental;
    private readonly Lock _asking = new();
    private bool _isClosed;

    private ConsumerSession(Consumer consumer, bool incremental, RecordCopier? copier)
    {
        Consumer = consumer;
        Admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        Native = new NativeConsumer(consumer.Handle);
        Transport = copier is null ? new BatchQueueTransport(Native) : new ConsumeTransport(consumer, copier);
        _incremental = incremental;
    }

    public Consumer Consumer { get; }

    public NativeConsumer Native { get; }

    /// <summary>How its records come out.</summary>
    public IRecordTransport Transport { get; }

    private IAdminClient Admin { get; }

    /// <summary>Makes the consumer. Handlers run on the thread that consumes, save that of the log.</summary>
    /// <param name="configuration">That of librdkafka.</param>
    /// <param name="settings">Tell the transport, and whether keys are wanted.</param>
    /// <param name="handlers">What is told of rebalances and errors.</param>
    /// <param name="log">Takes the client's log.</param>
    /// <exception cref="InvalidOperationException">librdkafka does not take the configuration.</exception>
    public static ConsumerSession Open(IReadOnlyDictionary<string, string> configuration, KafkaSettings settings, ConsumerHandlers handlers, Action<LogMessage> log)
    {
        var config = new Dictionary<string, string>(configuration, StringComparer.Ordinal)
        {
            // Headers are not needed, and each field costs garbage per record.
            ["dotnet.consumer.consume.result.fields"] = "timestamp,topic",
        };
        var copier = new RecordCopier(keepKeys: settings.DeadLetterTopic is not null);
        Consumer consumer = new ConsumerBuilder<RecordCopier.CopiedKey, RecordCopier.CopiedValue>(config)
            .SetKeyDeserializer(copier)
            .SetValueDeserializer(copier)
            .SetPartitionsAssignedHandler((_, partitions) => handlers.Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => handlers.Revoked(partitions.ConvertAll(p => p.TopicPartition)))
            .SetPartitionsLostHandler((_, partitions) => handlers.Lost(partitions.ConvertAll(p => p.TopicPartition)))
            .SetErrorHandler((_, error) => handlers.Error(error))
            .SetLogHandler((_, message) => log(message))
            .Build();
        bool incremental = configuration.GetValueOrDefault("group.protocol") == "consumer"
            || configuration.GetValueOrDefault("partition.assignment.strategy", "").Contains("cooperative", StringComparison.Ordinal);
        return new ConsumerSession(consumer, incremental, settings.IsBatchTransport ? null : copier);
    }

    /// <summary>
    /// Takes the assigned partitions away from the client and gives them back with positions: the way out for one that never began to fetch, as when its own
    /// question for committed offsets failed, and that cannot be sought therefore.
    /// </summary>
    /// <exception cref="KafkaException">The client refuses.</exception>
    public void Restart(IReadOnlyList<TopicPartitionOffset> positions)
    {
        if (_incremental)
        {
            Consumer.IncrementalUnassign(positions.Select(p => p.TopicPartition));
            Consumer.IncrementalAssign(positions);
        }
        else
        {
            Consumer.Assign(positions);
        }
    }

    /// <summary>Offsets of the partitions: the first (<see cref="OffsetQuestion.Earliest"/>) or the end as far as it can be read (<see cref="OffsetQuestion.End"/>).</summary>
    /// <exception cref="KafkaException">The brokers do not answer, or not for every partition.</exception>
    public Task<IReadOnlyDictionary<TopicPartition, long>> ListOffsetsAsync(IReadOnlyList<TopicPartition> partitions, long which, TimeSpan timeout) =>
        Ask(() => OffsetQuestion.AskAsync(Consumer, partitions.ToDictionary(partition => partition, _ => which), timeout));

    /// <summary>What the brokers know of topics; a topic that does not exist has its error. Creates none.</summary>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    public Task<IReadOnlyList<ClusterTopic>> DescribeTopicsAsync(IReadOnlyList<string> topics, TimeSpan timeout) =>
        Ask(() => TopicQuestion.DescribeAsync(Consumer, topics, timeout));

    /// <summary>
    /// Has the client look at all topics of the cluster, so that it sees at once which of its own have come or grown, and its group divides their partitions. Only the
    /// answer to a question for all of them counts for the group (<c>rd_kafka_metadata</c>).
    /// </summary>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    public Task LookAgainAtTopicsAsync(TimeSpan timeout) => Ask(() => BlockingQuestion.AskAsync(Consumer, _ => Admin.GetMetadata(timeout)));

    /// <summary>Who is in a group, this consumer included once it joined. Stays open while no broker is there.</summary>
    /// <exception cref="KafkaException">The brokers do not answer, or do not tell.</exception>
    public async Task<GroupView> DescribeGroupAsync(string group)
    {
        try
        {
            DescribeConsumerGroupsResult result =
                await Ask(() => Admin.DescribeConsumerGroupsAsync([group], new DescribeConsumerGroupsOptions { RequestTimeout = GroupQuestionTimeout })).ConfigureAwait(false);
            ConsumerGroupDescription description = result.ConsumerGroupDescriptions[0];
            return new GroupView(description.State == ConsumerGroupState.Stable,
            [
                .. description.Members.Select(m => new GroupMember(
                    m.ConsumerId, $"{m.ClientId}@{m.Host.TrimStart('/')}", string.IsNullOrEmpty(m.GroupInstanceId) ? null : m.GroupInstanceId,
                    m.Assignment?.TopicPartitions.Count ?? 0)),
            ]);
        }
        catch (DescribeConsumerGroupsException e)
        {
            Error error = e.Results.ConsumerGroupDescriptions[0].Error;
            return error.Code == ErrorCode.GroupIdNotFound ? new GroupView(true, []) : throw new KafkaException(error);
        }
    }

    /// <summary>
    /// Begins a question while nothing closes the client: Confluent.Kafka's admin client does not look whether it is still there, and a question to one that was
    /// destroyed meanwhile ends the process (SIGSEGV). What was begun before is never answered.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The session is closed.</exception>
    private Task<T> Ask<T>(Func<Task<T>> question)
    {
        lock (_asking)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            return question();
        }
    }

    /// <summary>Leaves the group and ends the client. May hang when brokers do: call it where that does no harm.</summary>
    public void Close()
    {
        lock (_asking)
        {
            if (_isClosed)
            {
                return;
            }
            _isClosed = true;
        }
        try
        {
            // First what holds memory and a queue of the client.
            Transport.Dispose();
            Admin.Dispose();
            Consumer.Close();
        }
        catch (KafkaException)
        {
            // Not leaving the group in good order costs the others the session timeout, no more.
        }
        finally
        {
            Consumer.Dispose();
        }
    }
}

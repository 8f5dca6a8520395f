using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Aggregator.Core.Kafka;

/// <summary>Looks at a cluster and creates topics, through Confluent.Kafka's admin client.</summary>
public sealed class ClusterAdmin : ITopicAdmin, IGroupAdmin
{
    /// <summary>How long one request may take unless said otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    // The client gives a question up by itself; one that it forgets must not hang whoever waits.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly IAdminClient _client;
    private readonly ConnectionTrouble _trouble;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    /// <param name="configuration">librdkafka's configuration of the client.</param>
    /// <param name="time">The clock between looks at topics that were just created.</param>
    /// <param name="timeout">How long one request may take.</param>
    public ClusterAdmin(IReadOnlyDictionary<string, string> configuration, TimeProvider time, TimeSpan? timeout = null)
    {
        _time = time;
        _timeout = timeout ?? DefaultTimeout;
        _trouble = new(configuration, _timeout);
        _client = new AdminClientBuilder(new Dictionary<string, string>(configuration) { ["log.connection.close"] = "true" })
            .SetErrorHandler((_, error) => _trouble.Note(error))
            .SetLogHandler((_, message) => _trouble.Note(message))
            .Build();
    }

    /// <inheritdoc/>
    public async Task<ClusterDescription> DescribeClusterAsync(CancellationToken cancellation)
    {
        DescribeClusterResult cluster = await Ask(
            () => _client.DescribeClusterAsync(new() { RequestTimeout = _timeout }), cancellation).ConfigureAwait(false);
        return new(cluster.ClusterId, [.. cluster.Nodes.Select(node => $"{node.Host}:{node.Port}").Order(StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public async Task<TopicDescriptions> DescribeTopicsAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        IReadOnlyList<ClusterTopic> found = await DescribeAsync(names, cancellation).ConfigureAwait(false);
        ClusterTopic[] existing = [.. found.Where(topic => !topic.Error.IsError)];
        Dictionary<string, IReadOnlyDictionary<string, string>> configs =
            await ConfigsAsync([.. existing.Select(topic => topic.Name)], cancellation).ConfigureAwait(false);
        return new(
            [.. existing.Select(topic => new TopicDescription(
                topic.Name,
                topic.Partitions.Count,
                topic.Partitions.Select(partition => partition.Replicas).DefaultIfEmpty(0).Min(),
                configs.GetValueOrDefault(topic.Name) ?? new Dictionary<string, string>()))],
            [.. found.Where(topic => topic.Error.IsError && topic.Error.Code != ErrorCode.UnknownTopicOrPart)
                .Select(topic => new TopicProblem(topic.Name, topic.Error.Reason))]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TopicProblem>> CreateTopicsAsync(IReadOnlyCollection<TopicDescription> topics, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(topics);
        List<TopicProblem> problems = [];
        try
        {
            await Ask(async () =>
            {
                await _client.CreateTopicsAsync(
                    topics.Select(topic => new TopicSpecification
                    {
                        Name = topic.Name,
                        NumPartitions = topic.Partitions,
                        ReplicationFactor = (short)topic.Replication,
                        Configs = new(topic.Configs),
                    }),
                    new() { RequestTimeout = _timeout, OperationTimeout = _timeout }).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
        }
        catch (CreateTopicsException failure)
        {
            problems.AddRange(failure.Results.Where(result => result.Error.IsError)
                .Select(result => new TopicProblem(result.Topic, result.Error.Reason)));
        }
        string[] created = [.. topics.Select(topic => topic.Name).Except(problems.Select(problem => problem.Topic))];
        await AwaitThereAsync(created, cancellation).ConfigureAwait(false);
        return problems;
    }

    /// <inheritdoc/>
    public async Task<GroupDescription> DescribeGroupAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        TopicPartition[] partitions = [.. (await DescribeAsync(topics, cancellation).ConfigureAwait(false))
            .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition.Number)))];
        (string state, IReadOnlyList<string> members) = await MembersAsync(group, cancellation).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> earliest = await OffsetsAsync(partitions, OffsetQuestion.Earliest, cancellation).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> end = await OffsetsAsync(partitions, OffsetQuestion.End, cancellation).ConfigureAwait(false);
        Dictionary<TopicPartition, long> committed = await CommittedAsync(group, partitions, cancellation).ConfigureAwait(false);
        return new(state, members,
        [
            .. partitions.Select(partition => new GroupPosition(
                partition.Topic,
                partition.Partition.Value,
                committed.TryGetValue(partition, out long offset) ? offset : null,
                earliest.GetValueOrDefault(partition),
                end.GetValueOrDefault(partition))),
        ]);
    }

    public void Dispose() => _client.Dispose();

    private Task<IReadOnlyList<ClusterTopic>> DescribeAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        Ask(() => TopicQuestion.DescribeAsync(_client, names, _timeout), cancellation);

    // Without the right to see them, or from a cluster that cannot tell, there are none: that is no reason to say nothing of the topics.
    private async Task<Dictionary<string, IReadOnlyDictionary<string, string>>> ConfigsAsync(string[] topics, CancellationToken cancellation)
    {
        if (topics.Length == 0)
        {
            return [];
        }
        try
        {
            List<DescribeConfigsResult> results = await _client.DescribeConfigsAsync(
                topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }), new() { RequestTimeout = _timeout })
                .WaitAsync(_timeout + Grace, _time, cancellation).ConfigureAwait(false);
            return Readable(results);
        }
        catch (DescribeConfigsException some)
        {
            return Readable([.. some.Results.Where(result => !result.Error.IsError)
                .Select(result => new DescribeConfigsResult { ConfigResource = result.ConfigResource, Entries = result.Entries })]);
        }
        catch (Exception unanswered) when (unanswered is KafkaException or TimeoutException)
        {
            return [];
        }
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Readable(List<DescribeConfigsResult> results) => results.ToDictionary(
        result => result.ConfigResource.Name,
        result => (IReadOnlyDictionary<string, string>)result.Entries.Where(entry => entry.Value.Value is not null)
            .ToDictionary(entry => entry.Key, entry => entry.Value.Value));

    private async Task<(string State, IReadOnlyList<string> Members)> MembersAsync(string group, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            try
            {
                DescribeConsumerGroupsResult result = await Ask(
                    () => _client.DescribeConsumerGroupsAsync([group], new() { RequestTimeout = _timeout }), cancellation).ConfigureAwait(false);
                ConsumerGroupDescription description = result.ConsumerGroupDescriptions[0];
                return (description.State.ToString(), [.. description.Members.Select(member => $"{member.ClientId}@{member.Host.TrimStart('/')}")]);
            }
            catch (DescribeConsumerGroupsException failure)
            {
                Error error = failure.Results.ConsumerGroupDescriptions[0].Error;
                if (error.Code == ErrorCode.GroupIdNotFound)
                {
                    return ("Dead", []);
                }
                // the first group of a cluster has to wait for its coordinator
                bool isEarly = error.Code is ErrorCode.GroupCoordinatorNotAvailable
                    or ErrorCode.GroupLoadInProgress or ErrorCode.NotCoordinatorForGroup;
                if (!isEarly || _time.GetElapsedTime(start) > _timeout)
                {
                    string reason = error.Reason.Length > 0 ? error.Reason : error.Code.ToString();
                    throw new KafkaUnavailableException($"group {group} cannot be described: {reason}", failure);
                }
            }
            await Task.Delay(LookAgain, _time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(TopicPartition[] partitions, long which, CancellationToken cancellation) =>
        partitions.Length == 0
            ? new Dictionary<TopicPartition, long>()
            : await Ask(() => OffsetQuestion.AskAsync(_client, partitions.ToDictionary(partition => partition, _ => which), _timeout), cancellation).ConfigureAwait(false);

    private async Task<Dictionary<TopicPartition, long>> CommittedAsync(string group, TopicPartition[] partitions, CancellationToken cancellation)
    {
        if (partitions.Length == 0)
        {
            return [];
        }
        List<ListConsumerGroupOffsetsResult> result = await Ask(
            () => _client.ListConsumerGroupOffsetsAsync([new(group, [.. partitions])], new() { RequestTimeout = _timeout }),
            cancellation).ConfigureAwait(false);
        return result[0].Partitions.Where(partition => partition.Offset.Value >= 0)
            .ToDictionary(partition => partition.TopicPartition, partition => partition.Offset.Value);
    }

    // The controller answers before every broker knows the topic.
    private async Task AwaitThereAsync(string[] names, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        while (names.Length > 0 && _time.GetElapsedTime(start) < _timeout)
        {
            IReadOnlyList<ClusterTopic> found = await DescribeAsync(names, cancellation).ConfigureAwait(false);
            if (found.All(topic => !topic.Error.IsError && topic.Partitions.All(partition => partition.HasLeader)))
            {
                return;
            }
            await Task.Delay(LookAgain, _time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<T> Ask<T>(Func<Task<T>> request, CancellationToken cancellation)
    {
        try
        {
            return await request().WaitAsync(_timeout + Grace, _time, cancellation).ConfigureAwait(false);
        }
        catch (KafkaException failure) when (failure is not (CreateTopicsException or DescribeConsumerGroupsException))
        {
            throw _trouble.Unavailable(failure);
        }
        catch (TimeoutException)
        {
            throw _trouble.Unavailable(new KafkaException(ErrorCode.Local_TimedOut));
        }
    }
}

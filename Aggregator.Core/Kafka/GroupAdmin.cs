using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ClusterTopic = Confluent.Kafka.Admin.TopicDescription;

namespace Aggregator.Core.Kafka;

/// <summary>Looks at the consumer groups of a real cluster.</summary>
public sealed class GroupAdmin : IGroupAdmin
{
    private const ErrorCode GroupIdNotFound = (ErrorCode)69;

    // The coordinator of a cluster's first group takes a moment.
    private const int Tries = 10;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private readonly AdminConnection _connection;
    private readonly TimeProvider _time;

    /// <exception cref="KafkaUnavailableException">The settings give no client.</exception>
    public GroupAdmin(KafkaSettings settings, TimeProvider time)
    {
        _connection = new AdminConnection(settings, time);
        _time = time;
    }

    public async Task<GroupDescription> DescribeGroupAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        (string state, IReadOnlyList<string> members) = await MembersAsync(group, cancellation).ConfigureAwait(false);
        IReadOnlyList<ClusterTopic> there = await _connection.AskAsync(
            client => TopicQuestion.DescribeAsync(client, topics, AdminConnection.Timeout), cancellation).ConfigureAwait(false);
        List<TopicPartition> partitions = [.. there.Where(t => !t.Error.IsError)
            .SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p.Partition)))];
        if (partitions.Count == 0)
        {
            return new GroupDescription(state, members, []);
        }
        Dictionary<TopicPartition, long> committed = await CommittedAsync(group, partitions, cancellation).ConfigureAwait(false);
        Dictionary<TopicPartition, long> earliest = await OffsetsAsync(partitions, OffsetSpec.Earliest(), cancellation).ConfigureAwait(false);
        Dictionary<TopicPartition, long> end = await OffsetsAsync(partitions, OffsetSpec.Latest(), cancellation).ConfigureAwait(false);
        return new GroupDescription(state, members, [.. partitions.Select(p => new GroupPosition(
            p.Topic, p.Partition.Value, committed.TryGetValue(p, out long offset) && offset >= 0 ? offset : null,
            earliest.GetValueOrDefault(p), end.GetValueOrDefault(p)))]);
    }

    public void Dispose() => _connection.Dispose();

    private async Task<(string State, IReadOnlyList<string> Members)> MembersAsync(string group, CancellationToken cancellation)
    {
        ConsumerGroupDescription? found = await DescribeAsync(group, cancellation).ConfigureAwait(false);
        for (int i = 1; i < Tries && IsPassing(found?.Error.Code); i++)
        {
            await Task.Delay(BetweenTries, _time, cancellation).ConfigureAwait(false);
            found = await DescribeAsync(group, cancellation).ConfigureAwait(false);
        }
        if (found is null || found.Error.Code == GroupIdNotFound)
        {
            return ("Dead", []);
        }
        if (found.Error.IsError)
        {
            throw new KafkaUnavailableException($"group {group} cannot be described: {NativeConsumer.Text(found.Error.Code)}");
        }
        return (found.State.ToString(), [.. found.Members.Select(m => $"{m.ClientId}@{m.Host.TrimStart('/')}").Order(StringComparer.Ordinal)]);
    }

    private async Task<ConsumerGroupDescription?> DescribeAsync(string group, CancellationToken cancellation)
    {
        try
        {
            DescribeConsumerGroupsResult result = await _connection.AskAsync(
                client => client.DescribeConsumerGroupsAsync([group], new DescribeConsumerGroupsOptions { RequestTimeout = AdminConnection.Timeout }),
                cancellation).ConfigureAwait(false);
            return result.ConsumerGroupDescriptions.SingleOrDefault();
        }
        catch (DescribeConsumerGroupsException e)
        {
            return e.Results.ConsumerGroupDescriptions.SingleOrDefault();
        }
    }

    private static bool IsPassing(ErrorCode? code) =>
        code is ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupLoadInProgress;

    private async Task<Dictionary<TopicPartition, long>> CommittedAsync(string group, List<TopicPartition> partitions, CancellationToken cancellation)
    {
        try
        {
            List<ListConsumerGroupOffsetsResult> result = await _connection.AskAsync(
                client => client.ListConsumerGroupOffsetsAsync(
                    [new ConsumerGroupTopicPartitions(group, partitions)], new ListConsumerGroupOffsetsOptions { RequestTimeout = AdminConnection.Timeout }),
                cancellation).ConfigureAwait(false);
            return result.SelectMany(r => r.Partitions).Where(p => !p.Error.IsError).ToDictionary(p => p.TopicPartition, p => p.Offset.Value);
        }
        catch (ListConsumerGroupOffsetsException e)
        {
            return e.Results.SelectMany(r => r.Partitions ?? []).Where(p => !p.Error.IsError).ToDictionary(p => p.TopicPartition, p => p.Offset.Value);
        }
    }

    private async Task<Dictionary<TopicPartition, long>> OffsetsAsync(List<TopicPartition> partitions, OffsetSpec spec, CancellationToken cancellation)
    {
        try
        {
            ListOffsetsResult result = await _connection.AskAsync(
                client => client.ListOffsetsAsync(
                    partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = p, OffsetSpec = spec }),
                    new ListOffsetsOptions { RequestTimeout = AdminConnection.Timeout, IsolationLevel = IsolationLevel.ReadCommitted }),
                cancellation).ConfigureAwait(false);
            return result.ResultInfos.ToDictionary(r => r.TopicPartitionOffsetError.TopicPartition, r => r.TopicPartitionOffsetError.Offset.Value);
        }
        catch (ListOffsetsException e)
        {
            throw new KafkaUnavailableException("the offsets of the partitions are not known: " + e.Message, e);
        }
    }
}

using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ClusterTopic = Confluent.Kafka.Admin.TopicDescription;

namespace Aggregator.Core.Kafka;

/// <summary>Looks at the consumer groups of a real cluster.</summary>
public sealed class GroupAdmin : IGroupAdmin
{
    private const ErrorCode GroupIdNotFound = (ErrorCode)69;

    private readonly AdminConnection _connection;

    /// <exception cref="KafkaUnavailableException">The settings give no client.</exception>
    public GroupAdmin(KafkaSettings settings, TimeProvider time) => _connection = new AdminConnection(settings, time);

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
        List<ConsumerGroupDescription> groups;
        try
        {
            DescribeConsumerGroupsResult result = await _connection.AskAsync(
                client => client.DescribeConsumerGroupsAsync([group], new DescribeConsumerGroupsOptions { RequestTimeout = AdminConnection.Timeout }),
                cancellation).ConfigureAwait(false);
            groups = result.ConsumerGroupDescriptions;
        }
        catch (DescribeConsumerGroupsException e)
        {
            groups = e.Results.ConsumerGroupDescriptions;
        }
        ConsumerGroupDescription? found = groups.SingleOrDefault();
        if (found is null || found.Error.Code == GroupIdNotFound)
        {
            return ("Dead", []);
        }
        if (found.Error.IsError)
        {
            throw new KafkaUnavailableException($"group {group} cannot be described: {found.Error.Reason}");
        }
        return (found.State.ToString(), [.. found.Members.Select(m => $"{m.ClientId}@{m.Host.TrimStart('/')}").Order(StringComparer.Ordinal)]);
    }

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

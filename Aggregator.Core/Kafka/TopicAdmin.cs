using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ClusterTopic = Confluent.Kafka.Admin.TopicDescription;

namespace Aggregator.Core.Kafka;

/// <summary>Looks at the topics of a real cluster and creates them.</summary>
public sealed class TopicAdmin : ITopicAdmin
{
    private static readonly TimeSpan Visible = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly AdminConnection _connection;
    private readonly TimeProvider _time;

    /// <exception cref="KafkaUnavailableException">The settings give no client.</exception>
    public TopicAdmin(KafkaSettings settings, TimeProvider time)
    {
        _connection = new AdminConnection(settings, time);
        _time = time;
    }

    public async Task<ClusterDescription> DescribeClusterAsync(CancellationToken cancellation)
    {
        DescribeClusterResult cluster = await _connection.AskAsync(
            client => client.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = AdminConnection.Timeout }), cancellation).ConfigureAwait(false);
        return new ClusterDescription(
            string.IsNullOrEmpty(cluster.ClusterId) ? null : cluster.ClusterId,
            [.. cluster.Nodes.OrderBy(node => node.Id).Select(node => $"{node.Host}:{node.Port}")]);
    }

    public async Task<TopicDescriptions> DescribeTopicsAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        IReadOnlyList<ClusterTopic> topics = await AskTopicsAsync(names, cancellation).ConfigureAwait(false);
        List<ClusterTopic> there = [.. topics.Where(t => !t.Error.IsError)];
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> configs =
            await ConfigsAsync([.. there.Select(t => t.Name)], cancellation).ConfigureAwait(false);
        return new TopicDescriptions(
            [.. there.Select(t => new TopicDescription(
                t.Name, t.Partitions.Count, t.Partitions.Count == 0 ? 0 : t.Partitions.Min(p => p.Replicas.Count),
                configs.GetValueOrDefault(t.Name, new Dictionary<string, string>())))],
            [.. topics.Where(t => t.Error.IsError && !IsUnknown(t.Error)).Select(t => new TopicProblem(t.Name, t.Error.Reason))]);
    }

    public async Task<IReadOnlyList<TopicProblem>> CreateTopicsAsync(IReadOnlyCollection<TopicDescription> topics, CancellationToken cancellation)
    {
        TopicSpecification[] wanted = [.. topics.Select(t => new TopicSpecification
        {
            Name = t.Name,
            NumPartitions = t.Partitions,
            ReplicationFactor = (short)t.Replication,
            Configs = t.Configs.ToDictionary(),
        })];
        var options = new CreateTopicsOptions { RequestTimeout = AdminConnection.Timeout, OperationTimeout = AdminConnection.Timeout };
        IReadOnlyList<TopicProblem> problems = [];
        try
        {
            await _connection.AskAsync(async client =>
            {
                await client.CreateTopicsAsync(wanted, options).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
        }
        catch (CreateTopicsException e)
        {
            problems = [.. e.Results.Where(r => r.Error.IsError).Select(r => new TopicProblem(r.Topic, r.Error.Reason))];
        }
        await AwaitAsync([.. topics.Select(t => t.Name).Except(problems.Select(p => p.Topic))], cancellation).ConfigureAwait(false);
        return problems;
    }

    public void Dispose() => _connection.Dispose();

    // A created topic is known to the controller at once, to the brokers a moment later.
    private async Task AwaitAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        long started = _time.GetTimestamp();
        while (names.Count > 0 && _time.GetElapsedTime(started) < Visible)
        {
            IReadOnlyList<ClusterTopic> topics = await AskTopicsAsync(names, cancellation).ConfigureAwait(false);
            if (topics.All(t => !t.Error.IsError && t.Partitions.All(p => p.Leader is { Id: >= 0 })))
            {
                return;
            }
            await Task.Delay(LookAgain, _time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<ClusterTopic>> AskTopicsAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        names.Count == 0
            ? []
            : await _connection.AskAsync(client => TopicQuestion.DescribeAsync(client, names, AdminConnection.Timeout), cancellation).ConfigureAwait(false);

    private async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> ConfigsAsync(
        IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var configs = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        if (names.Count == 0)
        {
            return configs;
        }
        try
        {
            List<DescribeConfigsResult> results = await _connection.AskAsync(
                client => client.DescribeConfigsAsync(
                    names.Select(name => new ConfigResource { Type = ResourceType.Topic, Name = name }),
                    new DescribeConfigsOptions { RequestTimeout = AdminConnection.Timeout }),
                cancellation).ConfigureAwait(false);
            foreach (DescribeConfigsResult result in results)
            {
                configs[result.ConfigResource.Name] = Values(result.Entries);
            }
        }
        catch (DescribeConfigsException e)
        {
            foreach (DescribeConfigsReport report in e.Results.Where(r => !r.Error.IsError))
            {
                configs[report.ConfigResource.Name] = Values(report.Entries);
            }
        }
        catch (KafkaUnavailableException)
        {
            // It answered a moment ago: this question is one that it does not know.
        }
        return configs;
    }

    private static Dictionary<string, string> Values(Dictionary<string, ConfigEntryResult> entries) =>
        entries.Where(e => e.Value.Value is not null).ToDictionary(e => e.Key, e => e.Value.Value);

    private static bool IsUnknown(Error error) => error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic;
}

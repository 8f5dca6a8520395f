using System.Text;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Host.Commands;

namespace Aggregator.Tests.Commands;

/// <summary>A cluster in memory, as far as the verbs look at one.</summary>
internal sealed class FakeCluster : ITopicAdmin, IGroupAdmin, IRecordSampler
{
    public List<TopicDescription> Topics { get; } = [];

    public List<TopicProblem> Problems { get; } = [];

    public GroupDescription Group { get; set; } = new("Dead", [], []);

    /// <summary>The last records of both topics, as text.</summary>
    public Dictionary<RecordTopic, string[]> Records { get; } = [];

    /// <summary>Why no call succeeds; null when all is well.</summary>
    public string? Down { get; set; }

    public KafkaAccess Access => new(_ => this, _ => this, _ => this);

    public Task<ClusterDescription> DescribeClusterAsync(CancellationToken cancellation) =>
        Answer(new ClusterDescription("c", ["kafka-1:9092", "kafka-2:9092"]));

    public Task<TopicDescriptions> DescribeTopicsAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        Answer(new TopicDescriptions([.. Topics.Where(topic => names.Contains(topic.Name))], Problems));

    public Task<IReadOnlyList<TopicProblem>> CreateTopicsAsync(IReadOnlyCollection<TopicDescription> topics, CancellationToken cancellation)
    {
        IReadOnlyList<TopicProblem> refused = [.. topics.Where(topic => topic.Replication > 2).Select(topic => new TopicProblem(topic.Name, "too few brokers"))];
        Topics.AddRange(topics.Where(topic => topic.Replication <= 2));
        return Answer(refused);
    }

    public Task<GroupDescription> DescribeGroupAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellation) => Answer(Group);

    public Task<RecordBatch> ReadLastAsync(RecordTopic topic, int count, CancellationToken cancellation)
    {
        RecordBatch batch = new();
        foreach (string record in Records.GetValueOrDefault(topic, []))
        {
            batch.Add(new(topic, 0), batch.Count, RecordBatch.NoTimestamp, Encoding.UTF8.GetBytes(record));
        }
        return Answer(batch);
    }

    public void Dispose()
    {
    }

    private Task<T> Answer<T>(T answer) => Down is null ? Task.FromResult(answer) : Task.FromException<T>(new KafkaUnavailableException(Down));
}

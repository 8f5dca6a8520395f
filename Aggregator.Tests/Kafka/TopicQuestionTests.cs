using Aggregator.Core.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class TopicQuestionTests
{
    private static readonly string[] Topics = ["im-latency", "ack"];

    /// <summary>Read by Confluent.Kafka's admin client, the answer makes it free its queue: the next question, or closing it, ends the process.</summary>
    [Fact]
    public async Task Partitions_without_a_replica_in_sync_are_told_of_again_and_again()
    {
        await using var broker = new ScriptedBroker();
        ConsumerSession session = Open(broker);
        for (int i = 0; i < 3; i++)
        {
            IReadOnlyList<ClusterTopic> told = await session.DescribeTopicsAsync(Topics, SourceProbe.Patience)
                .WaitAsync(SourceProbe.Patience, TestContext.Current.CancellationToken);

            Assert.Equal(["ack", "im-latency"], told.Select(topic => topic.Name).Order(StringComparer.Ordinal));
            Assert.All(told, topic => Assert.Equal(ErrorCode.NoError, topic.Error.Code));
            Assert.All(told, topic => Assert.Equal([new ClusterPartition(0, HasLeader: false, Replicas: 1)], topic.Partitions));
        }
        session.Close();
    }

    [Fact]
    public async Task A_question_that_is_not_answered_in_time_fails_and_its_late_answer_harms_none_of_the_next()
    {
        await using var broker = new ScriptedBroker();
        ConsumerSession session = Open(broker);
        broker.Hold();

        KafkaException failure = await Assert.ThrowsAsync<KafkaException>(() => session.DescribeTopicsAsync(Topics, TimeSpan.FromSeconds(1)));
        Assert.Equal(ErrorCode.Local_TimedOut, failure.Error.Code);
        broker.Release();

        Assert.Equal(2, (await session.DescribeTopicsAsync(Topics, SourceProbe.Patience)).Count);
        session.Close();
    }

    [Fact]
    public async Task A_client_that_is_closed_with_a_question_open_ends_with_its_answer()
    {
        await using var broker = new ScriptedBroker();
        ConsumerSession session = Open(broker);
        broker.Hold();
        Task<IReadOnlyList<ClusterTopic>> question = session.DescribeTopicsAsync(Topics, SourceProbe.Patience);
        Assert.True(SpinWait.SpinUntil(() => broker.Asked > 0, SourceProbe.Patience));

        session.Close();
        Assert.False(question.IsCompleted);
        broker.Release();

        Assert.Equal(2, (await question.WaitAsync(SourceProbe.Patience, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task A_question_of_a_verb_ends_in_time_though_the_client_forgets_it()
    {
        await using var broker = new ScriptedBroker();
        var time = new FakeTimeProvider();
        using var admin = new ClusterAdmin(ClientConfiguration.Admin(new KafkaSettings { BootstrapServers = broker.Servers }), time);
        broker.Hold();
        Task<TopicDescriptions> question = admin.DescribeTopicsAsync(Topics, TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => broker.Asked > 0, SourceProbe.Patience));

        time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(question.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        KafkaUnavailableException failure = await Assert.ThrowsAsync<KafkaUnavailableException>(() => question);
        Assert.StartsWith($"no broker of {broker.Servers} answered within 10 s", failure.Message, StringComparison.Ordinal);
        broker.Release();
    }

    private static ConsumerSession Open(ScriptedBroker broker)
    {
        var settings = new KafkaSettings { BootstrapServers = broker.Servers };
        return ConsumerSession.Open(ClientConfiguration.Consumer(settings), settings, new ConsumerHandlers(_ => { }, _ => { }, _ => { }, _ => { }), _ => { });
    }
}

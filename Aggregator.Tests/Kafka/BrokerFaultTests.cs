using System.Diagnostics;
using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class BrokerFaultTests
{
    private const int NotLeader = 6;
    private const int OffsetOutOfRange = 1;
    private const int UnknownTopic = 3;
    private const int CoordinatorLoading = 14;
    private const int NotCoordinator = 16;
    private const int UnknownMember = 25;
    private const int RebalanceInProgress = 27;
    private const int NotAuthorized = 29;
    private const int FencedInstance = 82;

    [Fact]
    public async Task With_Kafka_absent_the_source_starts_says_so_and_recovers_by_itself()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Write("ack", 0, 0, 10);
        kafka.Broker.Faults.TakeDown();
        await using var probe = new SourceProbe(kafka.Settings);

        await probe.UntilAsync(() => probe.Status.NotReadyReason?.Contains("does not answer", StringComparison.Ordinal) == true, "the reason");
        Assert.False(probe.Status.KafkaConnected);
        kafka.Broker.Faults.BringUp();

        await probe.RecordsAsync(10);
        Assert.True(probe.Status.KafkaConnected);
        Assert.Null(probe.Status.NotReadyReason);
        Assert.Single(probe.Log.Lines, l => l.Contains("does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Brokers_that_go_and_come_back_cost_no_record()
    {
        using var kafka = new EmbeddedKafka(partitions: 2, brokers: 2);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.AssignedAsync(4);
        kafka.Write("im-latency", 0, 0, 1000);
        await probe.RecordsAsync(1000);
        kafka.Broker.Faults.TakeDown();
        await probe.UntilAsync(() => !probe.Status.KafkaConnected, "the loss of the connection");
        int ends = probe.Elements.OfType<SourceElement.EndOffsets>().Count();
        kafka.Broker.Faults.BringUp();
        kafka.Write("im-latency", 1, 0, 1000);

        await probe.RecordsAsync(2000);
        await probe.UntilAsync(() => probe.Status.KafkaConnected && probe.Elements.OfType<SourceElement.EndOffsets>().Count() > ends, "ends again");
        Assert.Null(probe.Status.NotReadyReason);
        Assert.Equal(2000, probe.Records.Select(r => (r.Partition, r.Offset)).Distinct().Count());
    }

    [Theory]
    [InlineData(BrokerRequest.Fetch, NotLeader)]
    [InlineData(BrokerRequest.Fetch, UnknownTopic)]
    [InlineData(BrokerRequest.Fetch, NotAuthorized)]
    [InlineData(BrokerRequest.Fetch, BrokerFaults.Disconnect)]
    [InlineData(BrokerRequest.ListOffsets, NotLeader)]
    [InlineData(BrokerRequest.ListOffsets, BrokerFaults.Disconnect)]
    [InlineData(BrokerRequest.OffsetFetch, CoordinatorLoading)]
    [InlineData(BrokerRequest.OffsetFetch, NotCoordinator)]
    [InlineData(BrokerRequest.OffsetFetch, BrokerFaults.Disconnect)]
    [InlineData(BrokerRequest.FindCoordinator, CoordinatorLoading)]
    [InlineData(BrokerRequest.JoinGroup, CoordinatorLoading)]
    [InlineData(BrokerRequest.JoinGroup, UnknownMember)]
    [InlineData(BrokerRequest.JoinGroup, RebalanceInProgress)]
    [InlineData(BrokerRequest.JoinGroup, BrokerFaults.Disconnect)]
    [InlineData(BrokerRequest.SyncGroup, RebalanceInProgress)]
    [InlineData(BrokerRequest.SyncGroup, BrokerFaults.Disconnect)]
    [InlineData(BrokerRequest.Metadata, BrokerFaults.Disconnect)]
    public async Task Requests_that_fail_a_few_times_delay_and_lose_nothing(BrokerRequest request, int error)
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 2000);
        kafka.Broker.Faults.FailNext(request, error, error, error);
        await using var probe = new SourceProbe(kafka.Settings);

        await probe.RecordsAsync(2000);
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (long)i), probe.Records.Select(r => r.Offset));
    }

    [Theory]
    [InlineData(RebalanceInProgress)]
    [InlineData(CoordinatorLoading)]
    [InlineData(NotCoordinator)]
    [InlineData(UnknownTopic)]
    [InlineData(NotAuthorized)]
    [InlineData(BrokerFaults.Disconnect)]
    public async Task A_commit_that_fails_is_made_up_for(int error)
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        await using var probe = new SourceProbe(kafka.Settings);
        var assigned = await probe.AssignedAsync(2);
        kafka.Broker.Faults.FailNext(BrokerRequest.OffsetCommit, error, error);
        probe.Committer.Submit([new CommitPoint(new(Core.Records.RecordTopic.Ack, 0), 0, CommitMetadata.Nothing)], assigned.Number);

        await probe.UntilAsync(() => probe.Status.Commits.Value == 1, "the commit");
    }

    [Fact]
    public async Task An_offset_out_of_range_goes_on_at_the_first_record_that_is_left()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 100);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.RecordsAsync(100);
        kafka.Broker.Faults.FailNext(BrokerRequest.Fetch, OffsetOutOfRange);
        kafka.Write("im-latency", 0, 100, 50);

        // The brokers said so wrongly: the log is read from its start, which is noticed, and begins anew where the group stands.
        await probe.UntilAsync(() => probe.Records.Any(r => r.Offset == 149), "the last record");
        Assert.Equal(Enumerable.Range(0, 150).Select(i => (long)i), probe.Records.Select(r => r.Offset).Distinct().Order());
        Assert.Equal(0, probe.ViolationCount);
    }

    [Fact]
    public async Task A_fenced_member_comes_back()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Write("ack", 0, 0, 10);
        await using var probe = new SourceProbe(kafka.Settings with { Properties = new Dictionary<string, string> { ["group.instance.id"] = "one" } });
        await probe.RecordsAsync(10);
        kafka.Broker.Faults.FailNext(BrokerRequest.Heartbeat, FencedInstance);

        await probe.UntilAsync(() => probe.Story.Take(3).SequenceEqual(["assigned 2", "unassigned", "assigned 2"]) && probe.Records.Count == 10, "a new assignment");
        Assert.Contains(probe.Log.Lines, l => l.StartsWith("Error: The Kafka consumer ended:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_round_trips_of_seconds_it_still_reads()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 10);
        kafka.Broker.Faults.SlowDown(TimeSpan.FromSeconds(1));
        await using var probe = new SourceProbe(kafka.Settings);

        await probe.UntilAsync(() => probe.Records.Count == 10, "the records", TimeSpan.FromSeconds(120));
        kafka.Broker.Faults.SlowDown(TimeSpan.Zero);
    }

    [Fact]
    public async Task Stopping_is_bounded_with_the_brokers_gone()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.AssignedAsync(2);
        kafka.Broker.Faults.TakeDown();
        long started = Stopwatch.GetTimestamp();

        await probe.Source.StopAsync(TimeSpan.FromSeconds(3));

        // Without a bound it waits for the brokers for as long as they are gone; the rest is for slow machines.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_leader_that_moves_costs_no_record()
    {
        using var kafka = new EmbeddedKafka(partitions: 1, brokers: 3);
        kafka.Broker.Faults.MoveLeader("im-latency", 0, 1);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.AssignedAsync(2);
        for (int i = 0; i < 3; i++)
        {
            kafka.Write("im-latency", 0, i * 100, 100);
            kafka.Broker.Faults.MoveLeader("im-latency", 0, i + 1);
            kafka.Broker.Faults.MoveCoordinator("aggregator", ((i + 1) % 3) + 1);
        }

        await probe.UntilAsync(() => probe.Records.Select(r => r.Offset).Distinct().Count() == 300, "all records");
    }
}

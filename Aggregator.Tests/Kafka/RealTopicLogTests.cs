using System.Text;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Tests.Replay;
using Confluent.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>What the embedded broker cannot stand in for: offsets by time, transactions, retention by time stamps.</summary>
public sealed class RealTopicLogTests
{
    /// <summary>Logs of all kinds; each has timestamps in and out of order, silences, and a range that is not all.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_range_has_the_values_of_a_replay_of_everything(int number)
    {
        RandomLogs logs = Enumerable.Range(number * 10_000, 10_000).Select(RandomLogs.Create)
            .First(some => some.Log.Logs.Sum(log => log.Value.Count) > 100 && some.Range is { FromMs: not null, ToMs: not null }
                && RangeRuns.OfEverything(some.Log, some.Range, some.Settings) is { Count: > 3 and < 500 });
        RealKafka kafka = await RealKafka.WithTopicsAsync(3);
        MemoryLog dense = Write(kafka, logs.Log);
        using TopicLog log = new(kafka.Settings, TimeProvider.System);

        Assert.Equal(RangeRuns.OfEverything(dense, logs.Range, logs.Settings), RangeRuns.OfRange(log, logs.Range, logs.Settings).Lines);
        Assert.Equal(
            RangeRuns.OfEverything(dense, ReplayRange.Everything, logs.Settings), RangeRuns.OfRange(log, ReplayRange.Everything, logs.Settings).Lines);
    }

    [Fact]
    public async Task An_offset_by_time_has_no_record_of_that_time_before_it_though_timestamps_go_back()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        MemoryLog memory = new(1);
        PartitionId partition = new(RecordTopic.Latency, 0);
        Random random = new(5);
        for (int i = 0; i < 2_000; i++)
        {
            memory.Add(partition, new(i, RandomLogs.T0 + (i * 10) + random.Next(5_000), [1]));
        }
        Write(kafka, memory);
        using TopicLog log = new(kafka.Settings, TimeProvider.System);

        foreach (long time in new[] { 0, 1, 2_500, 7_777, 15_000, 24_990, 30_000 }.Select(ms => RandomLogs.T0 + ms))
        {
            Dictionary<PartitionId, long> question = new() { [partition] = time };
            Assert.Equal(memory.OffsetsAt(question), log.OffsetsAt(question));
        }
    }

    [Fact]
    public async Task Of_transactions_only_what_was_committed_is_read_and_their_marks_end_nothing()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        PartitionId partition = new(RecordTopic.Latency, 0);
        ProducerConfig config = new() { BootstrapServers = kafka.Servers, TransactionalId = kafka.Settings.GroupId };
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(config).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(60));
        foreach (bool commits in new[] { true, false, true, false })
        {
            producer.BeginTransaction();
            for (int i = 0; i < 3; i++)
            {
                producer.Produce(new TopicPartition(kafka.Settings.LatencyTopic, 0), new Message<Null, string> { Value = "x" });
            }
            producer.Flush(TimeSpan.FromSeconds(60));
            if (commits)
            {
                producer.CommitTransaction();
            }
            else
            {
                producer.AbortTransaction();
            }
        }
        using TopicLog log = new(kafka.Settings, TimeProvider.System);
        LogExtent extent = log.Extents().Single(extent => extent.Partition == partition);
        Assert.Equal(16, extent.End);

        log.Begin([new(partition, 0, extent.End)]);
        Assert.Equal([0, 1, 2, 8, 9, 10], TopicLogTests.ReadAll(log, partition));
    }

    [Theory]
    [InlineData("read_committed", 0)]
    [InlineData("read_uncommitted", 3)]
    public async Task A_transaction_that_is_open_lies_behind_the_end_unless_the_settings_say_otherwise(string isolation, long end)
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        ProducerConfig config = new() { BootstrapServers = kafka.Servers, TransactionalId = kafka.Settings.GroupId };
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(config).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(60));
        producer.BeginTransaction();
        for (int i = 0; i < 3; i++)
        {
            producer.Produce(new TopicPartition(kafka.Settings.LatencyTopic, 0), new Message<Null, string> { Value = "x" });
        }
        producer.Flush(TimeSpan.FromSeconds(60));

        using TopicLog log = new(kafka.Settings with { Properties = new Dictionary<string, string> { ["isolation.level"] = isolation } }, TimeProvider.System);

        Assert.Equal(end, log.Extents().Single(extent => extent.Partition == new PartitionId(RecordTopic.Latency, 0)).End);
    }

    [Fact]
    public async Task Where_retention_took_the_start_the_windows_that_are_whole_have_their_values()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        RandomLogs logs = Enumerable.Range(50_000, 10_000).Select(RandomLogs.Create).First(some =>
            some.Log.Logs.Count <= 4 && some.Log.Logs.Values.All(log => log.Count > 30) && some.Settings.MaxFutureSkew < TimeSpan.FromMinutes(1));
        MemoryLog dense = Write(kafka, logs.Log);
        using (IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Servers }).Build())
        {
            await admin.DeleteRecordsAsync(dense.Logs.Select(part => new TopicPartitionOffset(
                kafka.Settings.TopicName(PartitionId.FromIndex(part.Key).Topic), PartitionId.FromIndex(part.Key).Partition, part.Value.Count / 4)));
        }
        using TopicLog log = new(kafka.Settings, TimeProvider.System);

        ReplayPlan plan = ReplayPlan.Make(log, log.Extents(), ReplayRange.Everything, logs.Settings, TestContext.Current.CancellationToken);
        ReplayRange whole = new(plan.WholeFromMs, null);
        List<string> lines = RangeRuns.OfRange(log, whole, logs.Settings).Lines;

        Assert.NotNull(plan.WholeFromMs);
        Assert.NotEmpty(lines);
        Assert.Equal(RangeRuns.OfEverything(dense, whole, logs.Settings), lines);
    }

    /// <summary>Writes the records with their timestamps; offsets are those of the broker, so without gaps.</summary>
    private static MemoryLog Write(RealKafka kafka, MemoryLog log)
    {
        MemoryLog dense = new(1);
        using RecordProducer producer = new(kafka.Settings);
        foreach ((int index, List<MemoryRecord> records) in log.Logs)
        {
            PartitionId partition = PartitionId.FromIndex(index);
            dense.AddPartition(partition);
            for (int i = 0; i < records.Count; i++)
            {
                dense.Add(partition, records[i] with { Offset = i });
                producer.Produce(partition, records[i].TimestampMs, Encoding.UTF8.GetBytes("k"), records[i].Value, true, CancellationToken.None);
            }
        }
        Assert.True(producer.Flush(TimeSpan.FromSeconds(60)));
        return dense;
    }
}

using System.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>What a source does, whichever transport brings its records; see <see cref="ConsumeSourceTests"/> and <see cref="BatchSourceTests"/>.</summary>
public abstract class KafkaRecordSourceContract(string transport)
{
    private static readonly PartitionId Latency0 = new(RecordTopic.Latency, 0);
    private static readonly CommitMetadata Metadata = new(1712345650000, 1712345640000);

    [Fact]
    public async Task Everything_in_both_topics_comes_after_one_assignment_in_offset_order()
    {
        using var kafka = Kafka(partitions: 2);
        kafka.Write("im-latency", 0, 0, 5000);
        kafka.Write("im-latency", 1, 5000, 1);
        kafka.Write("ack", 0, 6000, 300);
        await using var probe = new SourceProbe(kafka.Settings);

        var assigned = await probe.AssignedAsync(4);
        await probe.RecordsAsync(5301);

        Assert.True(assigned.IsComplete);
        Assert.All(assigned.Partitions, p => Assert.Equal((0, null, false), (p.StartOffset, p.Committed, p.IsPartial)));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{i}"), probe.Records.Where(r => r.Partition == Latency0).Select(r => r.Value));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i),
            probe.Records.Where(r => r.Partition == new PartitionId(RecordTopic.Ack, 0)).Select(r => r.Offset));
        Assert.Equal(["assigned 4"], probe.Story);
        Assert.Null(probe.Status.NotReadyReason);
    }

    [Fact]
    public async Task A_restart_begins_at_what_was_committed_with_its_metadata()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 10);
        await CommitAsync(kafka, new CommitPoint(Latency0, 7, Metadata), records: 10);

        await using var probe = new SourceProbe(kafka.Settings);
        var again = await probe.AssignedAsync(2);
        await probe.RecordsAsync(3);

        Assert.Equal(new AssignedPartition(Latency0, 7, Metadata, false), again.Partitions.Single(p => p.Partition == Latency0));
        Assert.Equal(["7", "8", "9"], probe.Records.Select(r => r.Value));
    }

    [Fact]
    public async Task A_first_start_at_the_end_of_the_log_commits_where_it_is_and_stays_one_until_something_is_published()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 10);
        KafkaSettings settings = kafka.Settings with { AutoOffsetReset = "latest" };
        await using (var first = new SourceProbe(settings))
        {
            var assigned = await first.AssignedAsync(2);
            Assert.All(assigned.Partitions, p => Assert.True(p.IsPartial));
            Assert.Equal(10, assigned.Partitions.Single(p => p.Partition == Latency0).StartOffset);
        }
        kafka.Write("im-latency", 0, 10, 5);

        await using var second = new SourceProbe(settings);
        var again = await second.AssignedAsync(2);
        await second.RecordsAsync(5);

        Assert.Equal(new AssignedPartition(Latency0, 10, null, IsPartial: true), again.Partitions.Single(p => p.Partition == Latency0));
        Assert.Equal(["10", "11", "12", "13", "14"], second.Records.Select(r => r.Value));
    }

    [Fact]
    public async Task Records_that_the_log_lost_before_they_were_read_are_counted_and_logged_once()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 20);
        await CommitAsync(kafka, new CommitPoint(Latency0, 3, Metadata), records: 20);
        kafka.Broker.DeleteRecords("im-latency", 0, 12);

        await using (var probe = new SourceProbe(kafka.Settings))
        {
            var assigned = await probe.AssignedAsync(2);
            await probe.RecordsAsync(8);
            Assert.Equal(new AssignedPartition(Latency0, 12, Metadata, false), assigned.Partitions.Single(p => p.Partition == Latency0));
            Assert.Equal(9, Assert.Single(probe.Status.LostRecords).Value.Value);
            Assert.Contains("Error: im-latency[0]: 9 records are lost: the committed offset is 3, the earliest offset of the log is 12. Is its retention long enough?",
                probe.Log.Lines);
        }

        await using var again = new SourceProbe(kafka.Settings);
        await again.AssignedAsync(2);
        Assert.Empty(again.Status.LostRecords);
    }

    [Fact]
    public async Task A_log_that_ends_before_the_committed_offset_is_read_from_its_first_record()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 5);
        await CommitAsync(kafka, new CommitPoint(Latency0, 20, Metadata), records: 5);

        await using var probe = new SourceProbe(kafka.Settings);
        var assigned = await probe.AssignedAsync(2);
        await probe.RecordsAsync(5);

        Assert.Equal(new AssignedPartition(Latency0, 0, Metadata with { WatermarkMs = null }, false), assigned.Partitions.Single(p => p.Partition == Latency0));
        Assert.Contains(probe.Log.Lines, l => l.StartsWith("Error: im-latency[0]: the committed offset is beyond the end of the log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_yet_is_waited_for()
    {
        using var kafka = Kafka(topics: false);
        kafka.Broker.CreateTopic("im-latency", 1);
        await using var probe = new SourceProbe(kafka.Settings);

        await probe.UntilAsync(() => probe.Status.NotReadyReason == "topic ack does not exist", "the reason");
        Assert.Null(probe.Assigned);
        Assert.True(probe.Status.KafkaConnected);
        kafka.Broker.CreateTopic("ack", 3);
        kafka.Write("ack", 2, 0, 5);

        var assigned = await probe.AssignedAsync(4);
        Assert.True(assigned.IsComplete, $"{assigned} {string.Join(", ", assigned.Partitions)}");
        await probe.RecordsAsync(5);
        Assert.Null(probe.Status.NotReadyReason);
    }

    [Fact]
    public async Task While_nobody_takes_records_reading_pauses_and_afterwards_nothing_is_missing()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 40_000);
        await using var probe = new SourceProbe(kafka.Settings, batches: 2) { Held = true };

        await probe.UntilAsync(() => probe.Pool.InUse == 2, "a full pipe");
        long full = Stopwatch.GetTimestamp();
        await probe.UntilAsync(() => Stopwatch.GetElapsedTime(full) > TimeSpan.FromSeconds(1), "a pause");
        Assert.Empty(probe.Records);
        probe.Held = false;
        await probe.RecordsAsync(40_000);

        Assert.Equal(Enumerable.Range(0, 40_000).Select(i => (long)i), probe.Records.Select(r => r.Offset));
        Assert.Equal(["assigned 2"], probe.Story);
    }

    [Fact]
    public async Task A_partition_that_runs_ahead_through_a_backlog_waits_for_the_others_and_nothing_is_missing()
    {
        using var kafka = Kafka(partitions: 1);
        // The embedded broker gives a batch of each partition at a time: without waiting, one partition is at its end when the other is at 40 of 400 s.
        kafka.WriteSteadily("im-latency", 0, 400, TimeSpan.FromSeconds(1), together: 1);
        kafka.WriteSteadily("ack", 0, 40_000, TimeSpan.FromMilliseconds(10), together: 1000);
        await using var probe = new SourceProbe(kafka.Settings, recordsBetweenWaits: 2);
        await probe.RecordsAsync(40_400);

        Dictionary<RecordTopic, long> last = [];
        long leadMs = 0;
        foreach (SeenRecord record in probe.Records)
        {
            last[record.Partition.Topic] = record.TimestampMs;
            leadMs = Math.Max(leadMs, last.GetValueOrDefault(RecordTopic.Ack) - last.GetValueOrDefault(RecordTopic.Latency, record.TimestampMs));
        }
        Assert.InRange(leadMs, 0, LeadLimit.MostMs + 100_000);
        Assert.Equal(Enumerable.Range(0, 400).Select(i => (long)i), probe.Records.Where(r => r.Partition == Latency0).Select(r => r.Offset));
        Assert.Equal(Enumerable.Range(0, 40_000).Select(i => (long)i), probe.Records.Where(r => r.Partition != Latency0).Select(r => r.Offset));
        Assert.Equal(["assigned 2"], probe.Story);
    }

    [Fact]
    public async Task The_end_of_a_partition_is_said_after_its_last_record_and_ends_are_asked_for()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 10);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.UntilAsync(() => probe.Elements.OfType<SourceElement.EndOffsets>().Any(), "ends");
        await probe.UntilAsync(() => probe.Elements.OfType<SourceElement.PartitionEnd>().Count() >= 2, "ends of partitions");

        Assert.Contains(new SourceElement.PartitionEnd(Latency0, 10), probe.Elements);
        List<SourceElement> elements = [.. probe.Elements];
        Assert.True(elements.FindIndex(e => e is SourceElement.Batch) < elements.IndexOf(new SourceElement.PartitionEnd(Latency0, 10)));
        SourceElement.EndOffsets ends = probe.Elements.OfType<SourceElement.EndOffsets>().First();
        Assert.Equal(10, ends.Ends.Single(e => e.Key == Latency0).Value);
        Assert.InRange(ends.AskedAt, DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Keys_values_and_their_absence_come_through()
    {
        using var kafka = Kafka(partitions: 1);
        string large = new('x', 900_000);
        kafka.Send("ack", 0, "a", "1", DateTimeOffset.FromUnixTimeMilliseconds(1712345678901));
        kafka.Send("ack", 0, null, "2");
        kafka.Send("ack", 0, "c", null);
        kafka.Send("ack", 0, "", "");
        kafka.Send("ack", 0, "e", large);
        await using var probe = new SourceProbe(kafka.Settings with { DeadLetterTopic = "dead" });
        await probe.RecordsAsync(5);

        Assert.Equal([("a", "1"), (null, "2"), ("c", null), ("", ""), ("e", large)], probe.Records.Select(r => (r.Key, r.Value)));
        Assert.Equal(1712345678901, probe.Records.First().TimestampMs);
    }

    [Fact]
    public async Task Without_a_dead_letter_topic_keys_are_not_copied()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("ack", 0, 0, 1);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.RecordsAsync(1);

        Assert.Null(Assert.Single(probe.Records).Key);
    }

    [Fact]
    public async Task After_the_stream_has_ended_the_last_offsets_can_still_be_committed()
    {
        using var kafka = Kafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 10);
        await using (var first = new SourceProbe(kafka.Settings))
        {
            var assigned = await first.AssignedAsync(2);
            await first.RecordsAsync(10);
            first.Source.Complete();
            await first.Source.Elements.Completion.WaitAsync(SourceProbe.Patience, TestContext.Current.CancellationToken);
            first.Committer.Submit([new CommitPoint(Latency0, 4, Metadata)], assigned.Number);
            Assert.True(await first.Committer.FlushAsync(SourceProbe.Patience));
            Assert.True(await first.Source.StopAsync(SourceProbe.Patience));
        }

        await using var second = new SourceProbe(kafka.Settings);
        Assert.Equal(4, (await second.AssignedAsync(2)).Partitions.Single(p => p.Partition == Latency0).StartOffset);
    }

    [Fact]
    public async Task A_commit_of_an_earlier_assignment_is_void()
    {
        using var kafka = Kafka(partitions: 1);
        await using var probe = new SourceProbe(kafka.Settings);
        var assigned = await probe.AssignedAsync(2);

        Assert.Equal(CommitOutcome.Void, probe.Source.Offsets.Commit([new CommitPoint(Latency0, 0, Metadata)], assigned.Number - 1, out _));
        Assert.Equal(CommitOutcome.Void, probe.Source.Offsets.Commit([new CommitPoint(new(RecordTopic.Latency, 7), 0, Metadata)], assigned.Number, out _));
        Assert.Equal(CommitOutcome.Done, probe.Source.Offsets.Commit([new CommitPoint(Latency0, 0, Metadata)], assigned.Number, out _));
    }

    private EmbeddedKafka Kafka(int partitions = 2, bool topics = true) => new(partitions, topics: topics) { Transport = transport };

    internal static async Task CommitAsync(EmbeddedKafka kafka, CommitPoint point, int records)
    {
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.RecordsAsync(records);
        Assert.Equal(CommitOutcome.Done, probe.Source.Offsets.Commit([point], probe.Assigned!.Number, out _));
    }
}

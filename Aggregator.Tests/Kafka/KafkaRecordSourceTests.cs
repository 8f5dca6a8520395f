using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class KafkaRecordSourceTests
{
    [Fact]
    public async Task Everything_in_both_topics_comes_after_one_assignment_in_offset_order()
    {
        using var kafka = new EmbeddedKafka(partitions: 2);
        kafka.Write("im-latency", 0, 0, 5000);
        kafka.Write("im-latency", 1, 5000, 1);
        kafka.Write("ack", 0, 6000, 300);
        await using var probe = new SourceProbe(kafka.Settings);

        var assigned = await probe.AssignedAsync(4);
        await probe.RecordsAsync(5301);

        Assert.True(assigned.IsComplete);
        Assert.All(assigned.Partitions, p => Assert.Equal((0, null, false), (p.StartOffset, p.Committed, p.FromLatest)));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{i}"),
            probe.Records.Where(r => r.Partition == new PartitionId(RecordTopic.Latency, 0)).Select(r => r.Value));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i),
            probe.Records.Where(r => r.Partition == new PartitionId(RecordTopic.Ack, 0)).Select(r => r.Offset));
        Assert.Equal(["assigned 4"], probe.Story);
    }

    [Fact]
    public async Task A_restart_begins_at_what_was_committed_with_its_metadata()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 10);
        await using (var first = new SourceProbe(kafka.Settings))
        {
            var assigned = await first.AssignedAsync(2);
            await first.RecordsAsync(10);
            first.Committer.Submit([new CommitPoint(new PartitionId(RecordTopic.Latency, 0), 7, new CommitMetadata(1712345650000, 1712345640000))], assigned.Number);
            Assert.True(await first.Committer.FlushAsync(SourceProbe.Patience));
            Assert.Equal(1, first.Status.Commits.Value);
        }

        await using var second = new SourceProbe(kafka.Settings);
        var again = await second.AssignedAsync(2);
        await second.RecordsAsync(3);

        Assert.Equal(new AssignedPartition(new PartitionId(RecordTopic.Latency, 0), 7, new CommitMetadata(1712345650000, 1712345640000), false),
            again.Partitions.Single(p => p.Partition.Topic == RecordTopic.Latency));
        Assert.Equal(["7", "8", "9"], second.Records.Select(r => r.Value));
    }
}

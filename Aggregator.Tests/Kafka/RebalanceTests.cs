using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class RebalanceTests
{
    [Theory]
    [InlineData("consume", "cooperative-sticky")]
    [InlineData("consume", "range")]
    [InlineData("batch", "cooperative-sticky")]
    [InlineData("batch", "range")]
    public async Task Members_that_come_and_go_share_the_partitions_and_nothing_of_a_revoked_one_comes_late(string transport, string strategy)
    {
        using var kafka = new EmbeddedKafka(partitions: 2) { Transport = transport };
        KafkaSettings settings = kafka.Settings with { Properties = new Dictionary<string, string> { ["partition.assignment.strategy"] = strategy } };
        kafka.Write("im-latency", 0, 0, 1000);
        kafka.Write("im-latency", 1, 0, 1000);
        await using var first = new SourceProbe(settings, shares: true);
        await first.AssignedAsync(4);
        long shared;
        await using (var second = new SourceProbe(settings, shares: true))
        {
            SourceElement.Assigned ofFirst = await first.AssignedAsync(2);
            SourceElement.Assigned ofSecond = await second.AssignedAsync(2);
            shared = ofFirst.Number;
            Assert.False(ofFirst.IsComplete);
            Assert.Equal((2, 2), (ofFirst.LatencyPartitions, ofFirst.AckPartitions));
            Assert.Empty(ofFirst.Partitions.Select(p => p.Partition).Intersect(ofSecond.Partitions.Select(p => p.Partition)));
            Assert.Equal(0, second.ViolationCount);
        }

        Assert.True((await first.AssignedAsync(4, shared)).IsComplete);
        await first.RecordsAsync(2000);
        Assert.Equal(0, first.ViolationCount);
        Assert.Equal(2000, first.Records.Select(r => (r.Partition, r.Offset)).Distinct().Count());
    }
}

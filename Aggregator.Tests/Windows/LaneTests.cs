using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>Partitions that fold on several threads give what one thread gives.</summary>
public class LaneTests
{
    private const int Partitions = 5;

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(4, 8)]
    public void Lanes_give_the_results_and_counts_of_one_thread(ulong seed, int lanes)
    {
        EnvelopeRecord[] records = Traffic(seed, 30_000);
        AggregationSettings settings = Settings(seed);

        FoldRun one = FoldRun.Whole(settings, records);
        Random random = new((int)seed);
        FoldRun several = FoldRun.InBatches(settings with { Join = DeliveryJoinScope.Partition, Lanes = lanes }, records, () => random.Next(1, 3_000));

        Assert.True(one.Lines.Count > 50);
        Assert.Equal(0, several.Counters.MisplacedIds);
        Assert.Null(ResultComparer.Difference(one.Lines, several.Lines));
        Assert.Null(ResultComparer.Difference(one.Summary, several.Summary));
        foreach (LimitKind limit in Enum.GetValues<LimitKind>())
        {
            Assert.Equal(one.Counters.Limited(limit), several.Counters.Limited(limit));
        }
    }

    [Fact]
    public void Topics_that_are_not_partitioned_alike_are_noticed()
    {
        EnvelopeRecord[] records = [.. Traffic(1, 5_000).Select(record => record with
        {
            Partition = record.Partition.Topic == RecordTopic.Ack ? new(RecordTopic.Ack, (record.Partition.Partition + 1) % Partitions) : record.Partition,
        })];

        FoldRun run = FoldRun.Whole(Settings(1) with { Join = DeliveryJoinScope.Partition, Lanes = 2 }, records);

        Assert.NotEqual(0, run.Counters.MisplacedIds);
    }

    [Fact]
    public void The_limits_leave_something_out_in_these_tests()
    {
        FoldRun run = FoldRun.Whole(Settings(1), Traffic(1, 30_000));
        Assert.NotEqual(0, run.Counters.Limited(LimitKind.Series));
        Assert.NotEqual(0, run.Counters.Limited(LimitKind.ErrorCodes));
    }

    [Fact]
    public void Rejected_records_are_told_in_the_order_of_the_batch()
    {
        RecordBatch batch = new();
        for (int i = 0; i < 100; i++)
        {
            batch.Add(new(RecordTopic.Ack, i % Partitions), i, RecordBatch.NoTimestamp, i % 2 == 0 ? "x"u8 : "{}"u8);
        }
        Observer observer = new();
        WindowAggregator aggregator = new(new() { Join = DeliveryJoinScope.Partition, Lanes = 3 }, new(), new(), observer);
        aggregator.Fold(batch);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (i, i % 2 == 0 ? RejectReason.Malformed : RejectReason.MissingField)), observer.Seen);
    }

    internal static AggregationSettings Settings(ulong seed) => new()
    {
        Window = TimeSpan.FromSeconds(10),
        AckTimeout = TimeSpan.FromSeconds(seed % 2 == 0 ? 10 : 60),
        Lateness = TimeSpan.FromSeconds(seed % 2 == 0 ? 10 : 2),
        Groups = [["region"], ["region", "platform", "node"]],
        MaxSeries = 20,
        MaxErrorCodes = 2,
    };

    internal static EnvelopeRecord[] Traffic(ulong seed, long messages)
    {
        TrafficGenerator traffic = new(new TrafficSettings
        {
            Seed = seed, Rate = 500, Messages = messages, BadShare = 0.01, LatencyPartitions = Partitions, AckPartitions = Partitions,
        });
        List<EnvelopeRecord> records = [];
        while (traffic.TryNext(out GeneratedRecord record))
        {
            records.Add(new(record.Partition, record.Offset, record.TimestampMs, record.HasValue ? record.Value.ToArray() : null));
        }
        return [.. records];
    }

    private sealed class Observer : IRejectObserver
    {
        public List<(int, RejectReason)> Seen { get; } = [];

        public void Rejected(RecordBatch batch, int index, RejectReason reason) => Seen.Add((index, reason));
    }
}

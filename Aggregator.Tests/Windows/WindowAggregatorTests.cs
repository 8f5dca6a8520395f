using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>Rules of SPEC sections 2 to 4 one by one, each by its edge.</summary>
public class WindowAggregatorTests
{
    private static readonly AggregationSettings Defaults = new();

    [Theory]
    [InlineData(0, 60_000, true)]
    [InlineData(0, 60_001, false)]
    [InlineData(59_999, 119_999, true)]
    [InlineData(59_999, 120_000, false)]
    [InlineData(30_000, -60_000, true)]
    [InlineData(30_000, -60_001, false)]
    [InlineData(30_000, 0, true)]
    public void An_acknowledgement_delivers_from_the_window_before_to_the_time_out(long sentMs, long ackedMs, bool isDelivered)
    {
        foreach (bool isAckFirst in new[] { false, true })
        {
            Records records = new();
            _ = isAckFirst ? records.Ack("m", ackedMs).Message("m", sentMs) : records.Message("m", sentMs).Ack("m", ackedMs);
            Assert.Equal((1, isDelivered ? 1 : 0), Deliveries(Defaults, records));
        }
    }

    [Theory]
    [InlineData(300_000, true)]
    [InlineData(300_001, false)]
    [InlineData(299_999, true)]
    public void A_time_out_of_many_windows_ends_to_the_millisecond(long ackedAfterMs, bool isDelivered)
    {
        AggregationSettings settings = new() { AckTimeout = TimeSpan.FromMinutes(5) };
        foreach (long sentMs in new[] { 0L, 1, 30_000, 59_999 })
        {
            Assert.Equal((1, isDelivered ? 1 : 0), Deliveries(settings, new Records().Message("m", sentMs).Ack("m", sentMs + ackedAfterMs)));
            Assert.Equal((1, isDelivered ? 1 : 0), Deliveries(settings, new Records().Ack("m", sentMs + ackedAfterMs).Message("m", sentMs)));
        }
    }

    [Fact]
    public void The_first_time_of_sending_stands_in_a_cohort()
    {
        // 60,500 is in time for the second report of m, but the first one counts.
        Assert.Equal((1, 0), Deliveries(Defaults, new Records().Message("m", 100).Message("m", 900).Ack("m", 60_500)));
        Assert.Equal((1, 1), Deliveries(Defaults, new Records().Message("m", 900).Message("m", 100).Ack("m", 60_500)));
    }

    [Fact]
    public void An_acknowledgement_may_deliver_the_same_id_in_several_cohorts()
    {
        // Sent in windows 0, 1 and 2; acknowledged in 1: in time for 0 (before its time-out), for 1, and for 2 (by the slack).
        Records sentFirst = new Records().Message("m", 30_000).Message("m", 70_000).Message("m", 130_000).Ack("m", 85_000);
        Records ackedFirst = new Records().Ack("m", 85_000).Message("m", 130_000).Message("m", 30_000).Message("m", 70_000);
        Records between = new Records().Message("m", 70_000).Ack("m", 85_000).Message("m", 130_000).Message("m", 30_000);

        Assert.All([sentFirst, ackedFirst, between], records => Assert.Equal((3, 3), Deliveries(Defaults with { Lateness = TimeSpan.FromMinutes(5) }, records)));
    }

    [Fact]
    public void The_earliest_of_several_acknowledgements_is_enough()
    {
        Records records = new Records().Ack("m", 119_999).Ack("m", 60_010).Ack("m", 90_000).Message("m", 10);
        Assert.Equal((1, 1), Deliveries(Defaults with { Lateness = TimeSpan.FromMinutes(5) }, records));
    }

    [Theory]
    [InlineData(DeliveryIdentity.Message, "u1", "u9", 1)]
    [InlineData(DeliveryIdentity.Recipient, "u1", "u1", 1)]
    [InlineData(DeliveryIdentity.Recipient, "u1", "u9", 0)]
    [InlineData(DeliveryIdentity.Recipient, null, null, 1)]
    [InlineData(DeliveryIdentity.Recipient, "", null, 1)]
    [InlineData(DeliveryIdentity.Recipient, "u1", null, 0)]
    [InlineData(DeliveryIdentity.Recipient, null, "u1", 0)]
    public void Who_must_acknowledge_depends_on_the_identity(DeliveryIdentity identity, string? to, string? uid, int delivered) =>
        Assert.Equal((1, delivered), Deliveries(Defaults with { Identity = identity }, new Records().Message("m", 0, to: to).Ack("m", 5, uid)));

    [Fact]
    public void A_fact_is_late_when_its_window_ends_at_the_watermark_and_not_a_millisecond_before()
    {
        foreach ((long ahead, bool isLate) in new[] { (70_000L, true), (69_999, false) })
        {
            FoldRun run = FoldRun.Whole(Defaults, new Records().Ack("x", ahead).Ack("m", 59_999).All);
            Assert.Equal(isLate ? 1 : 0, run.Counters.Late(FactKind.Acked, LateCause.Watermark));
        }
        foreach ((long ahead, bool isLate) in new[] { (130_000L, true), (129_999, false) })
        {
            FoldRun run = FoldRun.Whole(Defaults, new Records().Message("x", ahead).Message("m", 59_999, from: "u").All);
            Assert.Equal(isLate ? 1 : 0, run.Counters.Late(FactKind.Sent, LateCause.Watermark));
            Assert.Equal(1, run.Counters.Late(FactKind.Activity, LateCause.Watermark));
        }
    }

    [Fact]
    public void A_late_fact_is_in_no_result_though_its_window_may_be_open()
    {
        FoldRun run = FoldRun.Whole(Defaults, new Records().Message("x", 200_000, from: "a").Message("m", 0, 5, from: "u").All);

        Assert.Contains("\"online_users\":1,\"received\":0,", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (run.Counters.Late(FactKind.Sent, LateCause.Watermark), run.Counters.Late(FactKind.Received, LateCause.Watermark),
            run.Counters.Late(FactKind.Activity, LateCause.Watermark)));
    }

    [Fact]
    public void A_record_is_judged_before_it_moves_the_watermark_and_a_late_one_moves_it_too()
    {
        // The second message is late as sent; received it moves time to 400 s, which makes the third late.
        Records records = new Records().Message("a", 200_000).Message("b", 0, 400_000).Message("c", 200_001, from: "u");
        FoldRun run = FoldRun.Whole(Defaults, records.All);
        Assert.Equal((2, 1, 0), (run.Counters.Late(FactKind.Sent, LateCause.Watermark), run.Counters.Late(FactKind.Activity, LateCause.Watermark),
            run.Counters.Late(FactKind.Received, LateCause.Watermark)));
    }

    [Fact]
    public void A_rejected_record_moves_no_watermark()
    {
        Records records = new Records().Message("a", 0).Add(RecordTopic.Latency, 0, $$"""{"msg_id":"b","send_ts":{{Windows.Records.T0 + 900_000}},"latency":"x"}""")
            .Message("c", 0, from: "u");
        Assert.Equal(0, FoldRun.Whole(Defaults, records.All).Counters.Late(FactKind.Activity, LateCause.Watermark));
    }

    [Fact]
    public void A_receipt_reported_later_counts_once_and_a_late_one_is_no_duplicate_of_anything()
    {
        Records records = new Records().Message("m", 0, from: "u").Message("m", 0, 5_000, "other", "v").Message("m", 0, 6_000, "other", "w");
        FoldRun run = FoldRun.Whole(Defaults, records.All);

        Assert.Contains("\"online_users\":2,\"received\":1,", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.Equal((2, 1), (run.Counters.Duplicates(FactKind.Sent), run.Counters.Duplicates(FactKind.Received)));
    }

    [Fact]
    public void Gaps_of_1440_empty_windows_are_filled_and_longer_ones_are_not()
    {
        Assert.Equal(1_442, FoldRun.Whole(Defaults, new Records().Message("a", 0).Message("b", 1_441 * 60_000).All).Lines.Count);
        Assert.Equal(2, FoldRun.Whole(Defaults, new Records().Message("a", 0).Message("b", 1_442 * 60_000).All).Lines.Count);
    }

    [Fact]
    public void A_partition_may_appear_unannounced()
    {
        FoldRun run = new(Defaults);
        run.Fold(new Records().Message("m", 0, 5, partition: 500).All);
        run.Finish();
        Assert.Single(run.Lines);
        Assert.Equal([new PartitionId(RecordTopic.Latency, 500)], run.Aggregator.Progress.Select(progress => progress.Partition));
    }

    [Fact]
    public void Times_of_1999_and_2100_are_no_windows_but_those_between_are()
    {
        Records records = new Records()
            .Add(RecordTopic.Ack, 0, """{"msg_id":"a","ack_ts":946684800000}""").Add(RecordTopic.Ack, 0, """{"msg_id":"a","ack_ts":4102444799999}""");
        FoldRun run = FoldRun.InBatches(Defaults with { AckTimeout = TimeSpan.FromDays(30) }, records.All, () => 1);
        Assert.Equal(2, run.Lines.Count);
        Assert.Contains("\"window_start\":4102444740000,", run.Lines[1], StringComparison.Ordinal);
    }

    private static (int Sent, int Delivered) Deliveries(AggregationSettings settings, Records records)
    {
        int sent = 0;
        int delivered = 0;
        foreach (string line in FoldRun.Whole(settings, records.All).Lines)
        {
            using System.Text.Json.JsonDocument result = System.Text.Json.JsonDocument.Parse(line);
            sent += result.RootElement.GetProperty("sent").GetInt32();
            delivered += result.RootElement.GetProperty("delivered").GetInt32();
        }
        return (sent, delivered);
    }
}

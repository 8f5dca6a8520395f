using Aggregator.Core.EventTime;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>From where a restart reads, and that it is not needlessly far back. (That it is far enough, the simulation shows.)</summary>
public class LowWaterTests
{
    private const long T0 = Windows.Records.T0;

    private static readonly PartitionId Latency = new(RecordTopic.Latency, 0);
    private static readonly PartitionId Ack = new(RecordTopic.Ack, 0);

    [Fact]
    public void A_partition_that_was_not_read_yet_starts_where_it_was_to_start()
    {
        FoldRun run = new(new());
        run.Expect(Latency, new(77, T0), 0);
        Assert.Equal(new LogPosition(77, T0), run.Aggregator.LowWater(Latency));
    }

    [Fact]
    public void Records_that_nothing_needs_are_not_read_again()
    {
        FoldRun run = new(new());
        Records records = new();
        run.Fold(records.Add(RecordTopic.Latency, 0, "{}").Add(RecordTopic.Latency, 0, null).All);

        Assert.Equal(new LogPosition(2, PartitionWatermark.None), run.Aggregator.LowWater(Latency));
    }

    [Fact]
    public void Records_without_a_value_take_offsets_too()
    {
        FoldRun run = new(new());
        run.Expect(Latency, new(5, PartitionWatermark.None), 0);
        run.Aggregator.SkipTo(Latency, 9);
        run.Aggregator.SkipTo(Latency, 7);
        Assert.Equal(9, run.Aggregator.LowWater(Latency).Offset);
    }

    [Fact]
    public void A_record_is_needed_until_its_cohort_is_final_and_an_ack_until_the_window_behind_it_is()
    {
        Records records = new();
        records.Message("m0", 0, 5).Message("m1", 60_000, 5).Message("m2", 120_000, 5).Message("m3", 200_000, 5);
        records.Ack("m0", 1).Ack("m1", 60_001).Ack("m2", 120_001).Ack("m3", 200_001);
        FoldRun run = new(new());
        foreach (Support.EnvelopeRecord record in records.All)
        {
            run.Fold([record]);
        }

        Assert.Equal([(0, 0), (0, 0), (1, 0), (2, 1), (3, 2)], new[] { 0L, 119_999, 120_000, 180_000, 240_000 }.Select(time =>
        {
            run.Advance(T0 + time);
            return (run.Aggregator.LowWater(Latency).Offset, run.Aggregator.LowWater(Ack).Offset);
        }));
        Assert.Equal(new LogPosition(3, T0 + 120_005 - 10_000), run.Aggregator.LowWater(Latency));
    }

    [Fact]
    public void A_receipt_keeps_its_cohort_until_its_own_window_is_final()
    {
        Records records = new();
        records.Message("m0", 0, 5).Message("m1", 1_000, 200_000).Message("m2", 500_000, 5);
        FoldRun run = new(new());
        foreach (Support.EnvelopeRecord record in records.All)
        {
            run.Fold([record]);
        }

        // The receipt of m1 lies in window 3; whether it is a duplicate depends on all records of window 0.
        run.Advance(T0 + 299_999);
        Assert.Equal(0, run.Aggregator.LowWater(Latency).Offset);
        run.Advance(T0 + 300_000);
        Assert.Equal(2, run.Aggregator.LowWater(Latency).Offset);
    }

    [Fact]
    public void Ordinary_traffic_is_read_again_for_three_windows_or_less()
    {
        FoldRun run = new(new());
        Records records = new();
        long worst = 0;
        int done = 0;
        for (int second = 0; second < 1_200; second++)
        {
            records.Message($"m{second}", second * 1_000, 50, "u1", "u2").Ack($"m{second}", (second * 1_000) + 100, "u2");
            run.Fold([.. records.All.Skip(done)]);
            done = records.All.Count;
            run.Advance(Math.Min(run.Aggregator.WatermarkOf(Latency), run.Aggregator.WatermarkOf(Ack)));
            if (second > 300)
            {
                // One record a second: offsets are seconds.
                worst = Math.Max(worst, second + 1 - Math.Min(run.Aggregator.LowWater(Latency).Offset, run.Aggregator.LowWater(Ack).Offset));
            }
        }

        // The cohort that is open, the one before it, the lateness; and for acks the window before those.
        Assert.InRange(worst, 180, 255);
    }
}

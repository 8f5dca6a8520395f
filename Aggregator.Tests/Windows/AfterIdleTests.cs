using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>Event time has moved on without a partition (SPEC section 5): what it brings then is judged against what is final.</summary>
public class AfterIdleTests
{
    private const long T0 = Windows.Records.T0;

    [Fact]
    public void What_comes_after_its_window_became_final_is_late_and_changes_no_result()
    {
        FoldRun run = new(new());
        run.Fold(new Records().Message("m1", 0, 5, "u1", "u2").All);
        run.Advance(T0 + 120_000);
        Assert.Single(run.Lines);

        run.Fold(new Records().Message("m2", 59_999, 60_001, "u3", "u4", partition: 1).Ack("m1", 59_999).All);
        run.Finish();

        Assert.Equal((1, 1, 0, 1), Late(run));
        Assert.Equal(3, run.Lines.Count);
        Assert.Contains("\"online_users\":1,\"received\":1,", run.Lines[2], StringComparison.Ordinal);
        Assert.Equal(0, run.Counters.Late(FactKind.Sent, LateCause.Watermark));
    }

    [Fact]
    public void A_cohort_takes_messages_as_long_as_only_its_activity_is_final()
    {
        FoldRun run = new(new());
        run.Fold(new Records().Message("m1", 0, 5, "u1").All);
        run.Advance(T0 + 119_999);
        Assert.Equal([T0], run.ActivityStarts);
        Assert.Empty(run.Lines);

        run.Fold(new Records().Message("m2", 1_000, null, "u3", partition: 1).Message("m3", 1_000, 58_999, null, partition: 1).Ack("m2", 60_000).All);
        run.Advance(T0 + 120_000);

        Assert.Equal((0, 1, 1, 0), Late(run));
        Assert.Equal("""{"window_start":1767225600000,"window_ms":60000,"group":{},"online_users":1,"received":1,"latency_ms":{"p50":5,"p95":5,"p99":5,"mean":5,"max":5},"acks":0,"ack_errors":{},"sent":3,"delivered":1,"delivery_ratio":0.3333333333333333}""", Assert.Single(run.Lines));
    }

    [Fact]
    public void A_window_that_only_begins_after_its_activity_is_final_has_its_deliveries()
    {
        FoldRun run = new(new() { AckTimeout = TimeSpan.FromMinutes(3) });
        run.Advance(T0 + 120_000);
        run.Fold(new Records().Message("m1", 60_500, null, "u1").Ack("m1", 130_000).All);
        run.Finish();

        Assert.Equal(2, run.Lines.Count);
        Assert.Contains("\"online_users\":0,\"received\":0,\"acks\":0,\"ack_errors\":{},\"sent\":1,\"delivered\":1,", run.Lines[0], StringComparison.Ordinal);
        Assert.Equal((0, 1, 0, 0), Late(run));
    }

    [Fact]
    public void Time_never_goes_back()
    {
        FoldRun run = new(new());
        run.Advance(T0 + 180_000);
        run.Advance(T0);
        run.Fold(new Records().Message("m1", 0, 5, "u1").All);

        Assert.Equal((1, 1, 1, 0), Late(run));
        Assert.Equal(T0 + 120_000, run.Aggregator.FinalThroughMs);
    }

    [Fact]
    public void An_idle_partition_does_not_hold_the_positions_back()
    {
        FoldRun run = new(new());
        run.Fold(new Records().Message("m1", 0, 5, "u1").Message("m2", 1, 5, "u1", partition: 1).All);
        run.Advance(T0 + 600_000);

        Assert.Equal(new LogPosition(1, T0 + 6 - 10_000), run.Aggregator.LowWater(new(Core.Records.RecordTopic.Latency, 1)));
    }

    private static (long Sent, long Activity, long Received, long Acked) Late(FoldRun run) => (
        run.Counters.Late(FactKind.Sent, LateCause.AfterIdle), run.Counters.Late(FactKind.Activity, LateCause.AfterIdle),
        run.Counters.Late(FactKind.Received, LateCause.AfterIdle), run.Counters.Late(FactKind.Acked, LateCause.AfterIdle));
}

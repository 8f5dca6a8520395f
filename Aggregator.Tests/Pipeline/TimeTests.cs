using System.Globalization;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Pipeline;

/// <summary>Clocks that are set, a process that is halted, partitions without records, times of the future: in the pipeline, with windows of a minute (SPEC sections 3 and 5).</summary>
public sealed class TimeTests
{
    private const int HourMs = 3_600_000;

    private readonly LiveRun _run = new();
    private int _messages;

    [Theory]
    [InlineData(HourMs)]
    [InlineData(-HourMs)]
    public void A_clock_that_is_set_by_an_hour_changes_nothing_while_there_is_traffic(int stepMs)
    {
        // The producers' clocks are right.
        long eventMs = 0;
        void Traffic()
        {
            eventMs += 1_000;
            WriteAndRead(eventMs);
        }
        _run.Pass(150, Traffic);
        _run.Clock.Step(stepMs);
        _run.Pass(150, Traffic);

        Assert.Equal(_run.Replay.Take(3), _run.Lines);
        Assert.Equal(0, _run.AfterIdle);
    }

    [Fact]
    public void A_clock_that_is_set_forward_while_nothing_comes_makes_late_what_comes_and_changes_no_published_window()
    {
        _run.Pass(130, () => WriteAndRead());
        _run.Clock.Step(HourMs);
        _run.Pass(30);
        string[] published = [.. _run.Lines];
        Assert.Equal(_run.Replay, published);

        // Somebody sets it right.
        _run.Clock.Step(-HourMs);
        _run.Pass(60, () => WriteAndRead());

        Assert.Equal(published, _run.Lines);
        // Three facts (sent is for its cohort, activity, received) of each message and its acknowledgement.
        Assert.Equal(60 * 4, _run.AfterIdle);
    }

    [Fact]
    public void A_clock_that_is_set_back_while_nothing_comes_takes_no_window_back_and_holds_up_none_that_has_records()
    {
        _run.Pass(130, () => WriteAndRead());
        _run.Pass(60);
        int published = _run.Lines.Count;
        long watermarkMs = _run.Status.WatermarkMs.Value;
        _run.Clock.Step(-HourMs);
        _run.Pass(60);

        Assert.Equal(published, _run.Lines.Count);
        Assert.Equal(watermarkMs, _run.Status.WatermarkMs.Value);

        long eventMs = 130_000 + 120_000;
        _run.Pass(200, () => WriteAndRead(eventMs += 1_000));

        Assert.Equal(_run.Replay.Take(_run.Lines.Count), _run.Lines);
        Assert.Equal(0, _run.AfterIdle);
        Assert.Equal(6, _run.Lines.Count);
    }

    [Fact]
    public void After_a_halt_of_minutes_an_answer_from_before_it_makes_nothing_late()
    {
        _run.Pass(100, () => WriteAndRead());
        _run.Pass(14);
        Core.Kafka.SourceElement.EndOffsets before = _run.Ask();
        // SIGSTOP. The producers go on.
        for (int second = 0; second < 300; second++)
        {
            _run.Clock.Advance(1_000);
            WriteMessage();
        }

        // SIGCONT: what was under way comes first.
        _run.Take(before);
        _run.Take(before);
        _run.Read();
        _run.Pass(30);
        _run.Pass(180);

        Assert.Equal(0, _run.AfterIdle);
        Assert.Equal(_run.Replay, _run.Lines);
    }

    [Fact]
    public void When_all_partitions_are_idle_the_clock_closes_the_windows()
    {
        _run.Pass(70, () => WriteAndRead());
        Assert.Empty(_run.Lines);

        // AckTimeout, Lateness and IdleTimeout after the end of the second window it is committed that time passes, and with the next answer it has passed.
        _run.Pass(120 + 60 + 25 - 70);
        Assert.Single(_run.Lines);
        _run.Pass(1);

        Assert.Equal(_run.Replay, _run.Lines);
        Assert.Equal(2, _run.Lines.Count);
    }

    [Fact]
    public void One_idle_partition_holds_the_other_back_for_the_time_out_only()
    {
        _run.Pass(30, () => WriteAndRead());
        // No acknowledgements any more. The first window and its AckTimeout are over for the messages at 120 s + Lateness.
        _run.Pass(99, () => WriteAndReadUnacknowledged());
        Assert.Empty(_run.Lines);
        _run.Pass(2, () => WriteAndReadUnacknowledged());

        Assert.Equal(_run.Replay[0], Assert.Single(_run.Lines));
    }

    [Fact]
    public void A_slow_partition_with_unread_records_is_not_idle()
    {
        _run.Pass(30, () => WriteAndRead());
        _run.Pass(600, () =>
        {
            WriteMessage();
            _run.Read(LiveRun.Latency);
        });
        Assert.Empty(_run.Lines);
        Assert.DoesNotContain(_run.Status.Partitions, partition => partition.Idle);

        _run.Read();
        _run.Pass(180);

        Assert.Equal(0, _run.AfterIdle);
        Assert.Equal(_run.Replay, _run.Lines);
    }

    [Fact]
    public void A_burst_of_old_records_after_idle_is_counted_and_changes_no_published_window()
    {
        _run.Pass(70, () => WriteAndRead());
        _run.Pass(300);
        string[] published = [.. _run.Lines];
        Assert.Equal(2, published.Length);

        for (int i = 0; i < 1_000; i++)
        {
            WriteMessage(60_000 + i);
        }
        _run.Read();
        _run.Pass(200, () => WriteAndRead());

        Assert.Equal(published, _run.Lines.Take(2));
        Assert.Equal(1_000 * 4, _run.AfterIdle);
        Assert.Contains("\"received\":60,", _run.Lines[^1], StringComparison.Ordinal);
    }

    // The rule: a time over the Kafka timestamp by more than MaxFutureSkew (5 min) is rejected, and so is what is no time; the rest moves W(p) by itself less Lateness.
    [Theory]
    [InlineData("now + 1 h", "future")]
    [InlineData("now + 10 y", "future")]
    [InlineData("now + 300001", "future")]
    [InlineData("now + 300000", null)]
    [InlineData("seconds", "bad_timestamp")]
    [InlineData("microseconds", "bad_timestamp")]
    [InlineData("nanoseconds", "bad_timestamp")]
    [InlineData("0", "bad_timestamp")]
    [InlineData("-1", "bad_timestamp")]
    [InlineData("-9223372036854775808", "bad_timestamp")]
    [InlineData("9223372036854775807", "bad_timestamp")]
    [InlineData("9223372036854775808", "bad_timestamp")]
    [InlineData("1e13", "bad_timestamp")]
    public void A_time_of_the_future_moves_no_watermark_beyond_the_rule(string time, string? reason)
    {
        const long AtMs = 100_000;
        _run.Pass((int)AtMs / 1_000, () => WriteAndRead());
        string value = Value(time, Windows.Records.T0 + AtMs);
        foreach (string record in new[]
        {
            $$"""{"msg_id":"x1","send_ts":{{value}}}""",
            $$"""{"msg_id":"x2","send_ts":{{Windows.Records.T0 + AtMs}},"recv_ts":{{value}}}""",
        })
        {
            _run.Log.Add(RecordTopic.Latency, 0, record, Windows.Records.T0 + AtMs);
        }
        _run.Log.Add(RecordTopic.Ack, 0, $$"""{"msg_id":"x1","ack_ts":{{value}}}""", Windows.Records.T0 + AtMs);
        _run.Read();
        _run.Pass(1);

        foreach ((PartitionId partition, int records) in new[] { (LiveRun.Latency, 2), (LiveRun.Ack, 1) })
        {
            long lastGoodMs = partition == LiveRun.Latency ? AtMs + 20 : AtMs + 50;
            Assert.Equal((reason is null ? AtMs + 300_000 : lastGoodMs) - 10_000, _run.WatermarkMs(partition));
            Assert.Equal(reason is null ? 0 : records, Enum.GetValues<RejectReason>().Where(rejected => rejected.Label() == reason).Sum(rejected => _run.Counters.Rejected(partition.Topic, rejected)));
        }
        if (reason is not null)
        {
            _run.Pass(180, () => WriteAndRead());
            Assert.Equal(_run.Replay.Take(3), _run.Lines);
            Assert.Equal(0, _run.AfterIdle);
        }
    }

    private static string Value(string time, long nowMs) => time switch
    {
        "now + 1 h" => Text(nowMs + HourMs),
        "now + 10 y" => Text(nowMs + (3_652L * 24 * HourMs)),
        "now + 300000" => Text(nowMs + 300_000),
        "now + 300001" => Text(nowMs + 300_001),
        "seconds" => Text(nowMs / 1_000),
        "microseconds" => Text(nowMs * 1_000),
        "nanoseconds" => Text(nowMs * 1_000_000),
        _ => time,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void WriteMessage(long? atMs = null) => _run.WriteMessage($"m{++_messages}", atMs);

    private void WriteAndRead(long? atMs = null)
    {
        WriteMessage(atMs);
        _run.Read();
    }

    private void WriteAndReadUnacknowledged()
    {
        _run.Log.Message($"m{++_messages}", _run.NowMs, 20, "u1", "u2");
        _run.Read();
    }
}

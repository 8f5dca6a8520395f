using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>A replay of a range against a replay of everything, of which only the windows of the range are taken.</summary>
public class RangeReplayTests
{
    private const int Logs = 800;
    private const long Hour = 3_600_000;

    [Fact]
    public void A_range_has_the_values_of_a_replay_of_everything() => Holds((logs, _) =>
        Difference(RangeRuns.OfEverything(logs.Log, logs.Range, logs.Settings), RangeRuns.OfRange(logs.Log, logs.Range, logs.Settings).Lines));

    [Fact]
    public void A_replay_that_goes_on_gives_the_same_lines_and_the_same_summary() => Holds((logs, seed) =>
    {
        List<(RangeCheckpoint Checkpoint, string[] Lines)> points = [];
        (List<string> lines, string summary) = RangeRuns.OfRange(logs.Log, logs.Range, logs.Settings, (replay, given) =>
            replay.Saving = checkpoint => points.Add((checkpoint(), [.. given])));
        if (points.Count == 0)
        {
            return null;
        }
        (RangeCheckpoint checkpoint, string[] before) = points[seed % points.Count];
        (List<string> again, string summaryAgain) = RangeRuns.OfTheRest(logs.Log, logs.Range, logs.Settings, checkpoint, before);
        return Difference(lines, again) ?? (summary == summaryAgain ? null : $"{summary}\n{summaryAgain}");
    });

    [Fact]
    public void How_records_arrive_does_not_show_in_the_summary() => Holds((logs, _) =>
    {
        string first = RangeRuns.OfRange(logs.Log, logs.Range, logs.Settings).Summary;
        string second = RangeRuns.OfRange(logs.Log, logs.Range, logs.Settings).Summary;
        return first == second ? null : $"{first}\n{second}";
    });

    [Fact]
    public void The_random_logs_reach_what_can_happen()
    {
        int windows = 0, empty = 0, filledAtTheStart = 0, filledAtTheEnd = 0, lessThanAll = 0, checkpoints = 0;
        for (int seed = 1; seed <= 400; seed++)
        {
            RandomLogs logs = RandomLogs.Create(seed);
            string[] lines = [.. RangeRuns.OfRange(logs.Log, logs.Range, logs.Settings, (replay, _) => replay.Saving = _ => checkpoints++).Lines];
            windows += lines.Length > 0 ? 1 : 0;
            empty += lines.Length == 0 ? 1 : 0;
            filledAtTheStart += lines.Length > 0 && IsEmpty(lines[0]) ? 1 : 0;
            filledAtTheEnd += lines.Length > 0 && IsEmpty(lines[^1]) ? 1 : 0;
            lessThanAll += logs.Log.RecordsRead < logs.Log.Logs.Sum(log => log.Value.Count) ? 1 : 0;
        }
        Assert.All([windows, empty, filledAtTheStart, filledAtTheEnd, lessThanAll, checkpoints], count => Assert.True(count >= 10));
    }

    [Fact]
    public void A_message_received_again_after_an_hour_of_silence_is_a_duplicate_as_in_a_replay_of_everything()
    {
        MemoryLog log = new(1);
        log.AddPartition(new(RecordTopic.Ack, 0));
        Put(log, 0, 0, "m1", sent: 0, received: 100);
        Put(log, 1, Hour, "m1", sent: 0, received: Hour + 1);
        Put(log, 2, Hour + 2, "m2", sent: Hour, received: Hour + 2);
        ReplayRange range = new(RandomLogs.T0 + Hour, RandomLogs.T0 + Hour + 60_000);

        List<string> lines = RangeRuns.OfRange(log, range, new()).Lines;

        Assert.Contains("\"received\":1,", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Equal(RangeRuns.OfEverything(log, range, new()), lines);
    }

    [Fact]
    public void A_receipt_that_was_late_makes_no_later_one_a_duplicate_wherever_reading_began()
    {
        AggregationSettings settings = new() { MaxFutureSkew = TimeSpan.Zero };
        MemoryLog log = new(1);
        log.AddPartition(new(RecordTopic.Ack, 0));
        const long Minute = 60_000;
        Put(log, 0, 0, "m0", sent: 0, received: 0);
        // late, since m0 was received after it; a reader that begins here does not know
        Put(log, 1, 10 * Minute, "m1", sent: 10 * Minute, received: -5 * Minute);
        Put(log, 2, (10 * Minute) + 1, "m2", sent: 10 * Minute, received: 10 * Minute);
        Put(log, 3, Hour, "m1", sent: 10 * Minute, received: Hour);
        ReplayRange range = new(RandomLogs.T0 + Hour, RandomLogs.T0 + Hour + Minute);

        List<string> lines = RangeRuns.OfRange(log, range, settings).Lines;

        Assert.Contains("\"received\":1,", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Equal(RangeRuns.OfEverything(log, range, settings), lines);
    }

    [Fact]
    public void The_run_up_reaches_acknowledgements_of_clocks_that_are_behind_and_timestamps_that_are()
    {
        AggregationSettings settings = new();
        const long Minute = 60_000;
        long skew = (long)settings.MaxFutureSkew.TotalMilliseconds;
        MemoryLog log = new(1);
        // Others, so that reading could begin behind what matters.
        PutAck(log, 0, Hour - (20 * Minute), "m0", acked: Hour - (20 * Minute));
        // Acknowledged a whole window before the message's, by a device whose clock is as far ahead of Kafka's as it may be.
        PutAck(log, 1, Hour - Minute - skew, "m1", acked: Hour - Minute);
        PutAck(log, 2, Hour + 1, "m2", acked: Hour + 1);
        Put(log, 0, Hour - (20 * Minute), "m0", sent: Hour - (20 * Minute), received: Hour - (20 * Minute));
        Put(log, 1, Hour, "m1", sent: Hour, received: Hour);
        ReplayRange range = new(RandomLogs.T0 + Hour, RandomLogs.T0 + Hour + Minute);

        List<string> lines = RangeRuns.OfRange(log, range, settings).Lines;

        Assert.Contains("\"delivered\":1,", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Equal(RangeRuns.OfEverything(log, range, settings), lines);
    }

    [Fact]
    public void The_run_up_reaches_the_first_record_of_the_oldest_cohort_that_can_be_open()
    {
        AggregationSettings settings = new();
        const long Minute = 60_000;
        long skew = (long)settings.MaxFutureSkew.TotalMilliseconds;
        long grace = (long)(settings.AckTimeout + settings.Lateness).TotalMilliseconds;
        MemoryLog log = new(1);
        log.AddPartition(new(RecordTopic.Ack, 0));
        // The first ms of its cohort, by a clock as far ahead as it may be; then event time comes to 1 ms before that cohort closes, and an hour of silence.
        Put(log, 0, -Hour, "m0", sent: -Hour, received: -Hour);
        Put(log, 1, -skew, "m1", sent: 0, received: 0);
        Put(log, 2, 1_000 - skew, "m2", sent: 1_000, received: 1_000);
        Put(log, 3, Minute + grace - 1, "m3", sent: Minute, received: Minute + grace - 1);
        Put(log, 4, Hour, "m1", sent: 0, received: Hour);
        ReplayRange range = new(RandomLogs.T0 + Hour, RandomLogs.T0 + Hour + Minute);

        List<string> lines = RangeRuns.OfRange(log, range, settings).Lines;

        // The receipt is a duplicate, and nothing else is in the window; with one more it has a line.
        Put(log, 5, Hour + 1, "m4", sent: Hour + 1, received: Hour + 1);
        Assert.Equal([], lines);
        Assert.Contains("\"received\":1,", Assert.Single(RangeRuns.OfRange(log, range, settings).Lines), StringComparison.Ordinal);
        Assert.Equal(RangeRuns.OfEverything(log, range, settings), RangeRuns.OfRange(log, range, settings).Lines);
    }

    [Fact]
    public void A_partition_that_runs_ahead_waits_so_that_few_windows_are_open()
    {
        AggregationSettings settings = new();
        MemoryLog log = new(1);
        // One partition has all its records before the other has any, as a reader may meet them; an hour of one-minute windows.
        for (int i = 0; i < 3_600; i++)
        {
            long at = RandomLogs.T0 + (i * 1_000);
            log.Add(new(RecordTopic.Latency, 0), new(i, at, Bytes($$"""{"msg_id":"a{{i}}","send_ts":{{at}},"latency":5,"from":"u"}""")));
            log.Add(new(RecordTopic.Latency, 1), new(i, at, Bytes($$"""{"msg_id":"b{{i}}","send_ts":{{at}},"latency":5,"from":"u"}""")));
            log.Add(new(RecordTopic.Ack, 0), new(i, at, Bytes($$"""{"msg_id":"a{{i}}","ack_ts":{{at}}}""")));
        }
        WatchOpenWindows watch = new();

        (List<string> lines, _) = RangeRuns.OfRange(log, ReplayRange.Everything, settings, (replay, _) => replay.Observer = watch);

        Assert.Equal(60, lines.Count);
        Assert.InRange(watch.Most, 2, 8);
    }

    [Theory]
    [InlineData(null, null, "0..3, 0..3")]
    [InlineData(20, 21, "2..3, 0..0")]
    [InlineData(0, 1, "0..1, 0..0")]
    public void The_plan_tells_what_will_be_read(int? fromMinute, int? toMinute, string expected)
    {
        (MemoryLog log, AggregationSettings settings) = SomeLog();
        ReplayRange range = new(RandomLogs.T0 + (fromMinute * 60_000L), RandomLogs.T0 + (toMinute * 60_000L));

        ReplayPlan plan = ReplayPlan.Make(log, log.Extents(), range, settings, CancellationToken.None);

        Assert.Null(plan.WholeFromMs);
        Assert.Equal(expected.Split(", ")[0], $"{plan.Partitions[0].FirstOffset}..{plan.Partitions[0].StopOffset}");
    }

    [Fact]
    public void The_plan_tells_from_when_on_windows_are_whole_where_retention_took_records()
    {
        (MemoryLog log, AggregationSettings settings) = SomeLog();
        log.Earliest[new(RecordTopic.Latency, 0)] = 1;

        ReplayPlan plan = ReplayPlan.Make(log, log.Extents(), ReplayRange.Everything, settings, CancellationToken.None);

        // The first record left is of minute 10; what is gone may have been ahead of the clock by 5 min, and acknowledged a minute before it was sent.
        Assert.Equal(RandomLogs.T0 + (10 * 60_000), plan.Partitions[0].FirstLeftMs);
        Assert.Equal(RandomLogs.T0 + (17 * 60_000), plan.WholeFromMs);
        Assert.False(plan.Partitions[0].IsEmptied);
    }

    private static (MemoryLog Log, AggregationSettings Settings) SomeLog()
    {
        MemoryLog log = new(1);
        for (int i = 0; i < 3; i++)
        {
            long at = RandomLogs.T0 + (i * 10 * 60_000);
            log.Add(new(RecordTopic.Latency, 0), new(i, at, Bytes($$"""{"msg_id":"a{{i}}","send_ts":{{at}},"latency":5,"from":"u"}""")));
            log.Add(new(RecordTopic.Ack, 0), new(i, at, Bytes($$"""{"msg_id":"a{{i}}","ack_ts":{{at}}}""")));
        }
        return (log, new());
    }

    private static void Put(MemoryLog log, long offset, long timestamp, string id, long sent, long received) =>
        log.Add(new(RecordTopic.Latency, 0), new(offset, RandomLogs.T0 + timestamp, Bytes(
            $$"""{"msg_id":"{{id}}","send_ts":{{RandomLogs.T0 + sent}},"recv_ts":{{RandomLogs.T0 + received}},"to":"v"}""")));

    private static void PutAck(MemoryLog log, long offset, long timestamp, string id, long acked) =>
        log.Add(new(RecordTopic.Ack, 0), new(offset, RandomLogs.T0 + timestamp, Bytes($$"""{"msg_id":"{{id}}","ack_ts":{{RandomLogs.T0 + acked}}}""")));

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static bool IsEmpty(string line) => line.Contains("\"group\":{},\"online_users\":0,\"received\":0,\"acks\":0,\"ack_errors\":{},\"sent\":0,", StringComparison.Ordinal);

    private static string? Difference(List<string> expected, List<string> actual)
    {
        for (int i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            string left = i < expected.Count ? expected[i] : "nothing";
            string right = i < actual.Count ? actual[i] : "nothing";
            if (left != right)
            {
                return $"line {i + 1} of {expected.Count}: expected {left}, but it is {right}";
            }
        }
        return null;
    }

    private static void Holds(Func<RandomLogs, int, string?> difference)
    {
        for (int seed = 1; seed <= Logs; seed++)
        {
            RandomLogs logs = RandomLogs.Create(seed);
            string? found = difference(logs, seed);
            Assert.True(found is null, $"seed {seed}, {logs.Range}, {logs.Settings}: {found}");
        }
    }

    private sealed class WatchOpenWindows : IFoldObserver
    {
        public int Most { get; private set; }

        public void Folding(RecordBatch record, WindowAggregator aggregator, FoldCounters counters) => Most = Math.Max(Most, aggregator.OpenWindowCount);

        public void Folded(RecordBatch record, WindowAggregator aggregator, FoldCounters counters) => Most = Math.Max(Most, aggregator.OpenWindowCount);
    }
}

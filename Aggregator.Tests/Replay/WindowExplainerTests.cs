using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>What is behind one window: which records, where, and what became of their facts.</summary>
public sealed class WindowExplainerTests
{
    private const long Minute = 60_000;

    [Fact]
    public void Every_fact_of_the_window_is_counted_late_or_a_duplicate()
    {
        string text = string.Join('\n',
        [
            Replaying.Message(0, 10, 0, "m0"), // of the window before
            Replaying.Message(0, 11, Minute + 1_000, "m1"),
            Replaying.Message(0, 12, Minute + 2_000, "m1"), // a duplicate, sent and received
            Replaying.Message(0, 13, (2 * Minute) - 10, "m2"), // received in the window behind
            Replaying.Message(0, 14, Minute + 3_000, "m3", latencyMs: 90_000_000).Replace($"\"ts\":{Replaying.T0 + Minute + 3_000 + 90_000_000}", $"\"ts\":{Replaying.T0 + Minute}", StringComparison.Ordinal), // rejected: its time is far ahead
            Bad(0, 15, Minute + 4_000),
            Bad(0, 16, 3 * Minute), // rejected, of another window
            Replaying.Message(0, 17, (2 * Minute) + 30_000, "m4"),
            Replaying.Message(0, 18, Minute + 5_000, "m5"), // received late, sent in time for its cohort
            Replaying.Message(0, 19, 6 * Minute, "m6"),
            Replaying.Message(0, 20, Minute + 6_000, "m7"), // late in all respects
            Replaying.Ack(1, 7, Minute + 30_000, "m1"),
            Replaying.Ack(1, 8, (2 * Minute) + 30_000, "m1"),
            Replaying.Ack(1, 9, Minute + 31_000, "m5"), // late
        ]) + "\n";

        WindowExplainer explainer = Explain(text, new(Replaying.T0 + Minute, Minute));

        Assert.Equal(2, explainer.Partitions.Count);
        PartitionExplanation messages = explainer.Partitions.Single(partition => partition.Partition.Topic == RecordTopic.Latency);
        PartitionExplanation acks = explainer.Partitions.Single(partition => partition.Partition.Topic == RecordTopic.Ack);
        Assert.Equal(((10L, 20L), (11L, 20L), 7), (messages.Read!.Value, messages.Offsets!.Value, messages.Records));
        Assert.Equal((Replaying.T0 + Minute, Replaying.T0 + (2 * Minute) + 10), messages.Times!.Value);
        Assert.Equal("sent 3/1/1, activity 2/2/0, received 1/2/1, acked 0/0/0", Facts(messages));
        Assert.Equal((1, 1), (messages.Rejected(RejectReason.Malformed), messages.Rejected(RejectReason.Future)));
        Assert.Equal("sent 0/0/0, activity 0/0/0, received 0/0/0, acked 1/1/0", Facts(acks));
        Assert.Equal((7L, 9L), acks.Offsets!.Value);
        GroupResult total = explainer.Result!.Groups[0];
        Assert.Equal((3, 1, 1, 1), (total.Delivery.Sent, total.Delivery.Delivered, total.Activity.Received, total.Activity.Acks));
    }

    [Fact]
    public void Over_random_logs_what_is_counted_is_what_the_window_gives()
    {
        int windows = 0, late = 0, duplicates = 0;
        for (int seed = 1; seed <= 150; seed++)
        {
            RandomLogs logs = RandomLogs.Create(seed);
            long size = (long)logs.Settings.Window.TotalMilliseconds;
            long start = (logs.Range.FromMs ?? RandomLogs.T0) / size * size;
            WindowExplainer explainer = new(new(start, size), logs.Settings, new());
            RangeReplay replay = new(logs.Log, new(start, null), logs.Settings, new(), "im-latency", "ack") { Observer = explainer };
            replay.Run(logs.Log.Extents(), explainer.Take, CancellationToken.None);
            if (explainer.Result is null)
            {
                continue;
            }
            windows++;
            GroupResult total = explainer.Result.Groups[0];
            Assert.True(total.Delivery.Sent == Sum(explainer, partition => partition.Counted(FactKind.Sent))
                && total.Activity.Received == Sum(explainer, partition => partition.Counted(FactKind.Received))
                && total.Activity.Acks + total.Activity.AckErrors.Sum(error => error.Value) == Sum(explainer, partition => partition.Counted(FactKind.Acked)), $"seed {seed}");
            late += Sum(explainer, partition => partition.Late(FactKind.Sent) + partition.Late(FactKind.Received) + partition.Late(FactKind.Acked)) > 0 ? 1 : 0;
            duplicates += Sum(explainer, partition => partition.Duplicates(FactKind.Sent)) > 0 ? 1 : 0;
        }
        Assert.True(windows >= 40 && late >= 5 && duplicates >= 5, $"{windows} windows, {late} with late facts, {duplicates} with duplicates");
    }

    private static long Sum(WindowExplainer explainer, Func<PartitionExplanation, long> count) => explainer.Partitions.Sum(count);

    private static WindowExplainer Explain(string text, WindowSpan window)
    {
        AggregationSettings settings = new();
        WindowExplainer explainer = new(window, settings, new());
        new FileReplay([new TextInput("input.jsonl", text)], settings, new(), "im-latency", "ack") { Observer = explainer }.Run(explainer.Take, TestContext.Current.CancellationToken);
        return explainer;
    }

    private static string Facts(PartitionExplanation partition) => string.Join(", ",
        Enum.GetValues<FactKind>().Select(kind => $"{kind.Label()} {partition.Counted(kind)}/{partition.Late(kind)}/{partition.Duplicates(kind)}"));

    private static string Bad(int partition, long offset, long atMs) =>
        $$"""{"topic":"im-latency","partition":{{partition}},"offset":{{offset}},"ts":{{Replaying.T0 + atMs}},"payload":"no JSON"}""";
}

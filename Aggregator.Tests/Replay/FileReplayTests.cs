using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>Replays of whole inputs: more than one batch, several partitions, several files, pipes.</summary>
public class FileReplayTests
{
    // Twenty minutes in 12,000 messages over three partitions, with their acknowledgements over two: six batches.
    private static readonly string[] InterleavedInTime = Traffic().Order(Comparer<(long At, string Line)>.Create((x, y) => x.At.CompareTo(y.At))).Select(one => one.Line).ToArray();
    private static readonly string[] PartitionByPartition = Traffic().Select(one => one.Line).ToArray();

    [Fact]
    public void Any_interleaving_of_the_partitions_gives_the_same_results()
    {
        (IReadOnlyList<string> lines, string summary) = Replaying.Reference(new(), InterleavedInTime);
        Assert.Equal(21, lines.Count);

        foreach (string[] input in new[] { InterleavedInTime, PartitionByPartition, [.. PartitionByPartition.Reverse().GroupBy(PartitionOf).SelectMany(one => one.Reverse())] })
        {
            (string[] given, string counts) = Replaying.Run(new TextInput("t", string.Join('\n', input)));
            ResultComparer.AssertEqual(lines, summary, given, counts);
        }
    }

    [Fact]
    public void Files_follow_each_other()
    {
        (IReadOnlyList<string> lines, string summary) = Replaying.Reference(new(), InterleavedInTime);
        IReplayInput[] files = [.. InterleavedInTime.Chunk(5_000).Select((part, i) => new TextInput($"t{i}", string.Join('\n', part))), new TextInput("empty", "")];

        (string[] given, string counts) = Replaying.Run(files);

        ResultComparer.AssertEqual(lines, summary, given, counts);
    }

    [Fact]
    public void A_file_per_partition_gives_the_same_results()
    {
        (IReadOnlyList<string> lines, string summary) = Replaying.Reference(new(), InterleavedInTime);
        IReplayInput[] files = [.. PartitionByPartition.GroupBy(PartitionOf).Select(part => new TextInput(part.Key, string.Join('\n', part)))];

        (string[] given, string counts) = Replaying.Run(files);

        Assert.Equal(5, files.Length);
        ResultComparer.AssertEqual(lines, summary, given, counts);
    }

    [Fact]
    public void A_pipe_is_read_once_and_gives_the_same_results()
    {
        (IReadOnlyList<string> lines, string summary) = Replaying.Reference(new(), InterleavedInTime);
        TextInput pipe = new("pipe", string.Join('\n', PartitionByPartition)) { CanBeReadTwice = false, ReadAtMost = 65_536 };

        (string[] given, string counts) = Replaying.Run(pipe);

        Assert.Equal(1, pipe.Opened);
        ResultComparer.AssertEqual(lines, summary, given, counts);
    }

    [Fact]
    public void Windows_are_given_out_on_the_way()
    {
        using MemoryStream output = new();
        List<(long Bytes, long Written)> progress = [];
        FileReplay replay = new([new TextInput("t", string.Join('\n', InterleavedInTime))], new(), new(), "im-latency", "ack")
        {
            Progress = (bytes, _, _) => progress.Add((bytes, output.Length)),
        };

        replay.Run(output, TestContext.Current.CancellationToken);

        // Half of the input was read: what is open is the last two windows of ten.
        Assert.Contains(progress, at => at.Bytes < InterleavedInTime.Sum(line => line.Length + 1) / 2 && at.Written > output.Length / 4);
    }

    [Fact]
    public void A_partition_that_has_ended_holds_the_others_back_no_longer()
    {
        using MemoryStream output = new();
        long writtenEarly = 0;
        string[] input = [Replaying.Message(7, 0, 0, "first"), .. InterleavedInTime];
        FileReplay replay = new([new TextInput("t", string.Join('\n', input))], new(), new(), "im-latency", "ack")
        {
            Progress = (_, records, _) => writtenEarly = records < 15_000 ? output.Length : writtenEarly,
        };

        replay.Run(output, TestContext.Current.CancellationToken);

        Assert.InRange(writtenEarly, 1, output.Length);
    }

    [Fact]
    public void Where_a_partition_ends_is_known_whatever_its_lines_look_like()
    {
        // The same beginning, another partition: nothing but the whole line tells.
        string Odd(int partition, int offset, long at) =>
            $$"""{"topic":"im-latency","x":{"y":1,"partition":0,"offset":5},"partition":{{partition}},"offset":{{offset}},"payload":"{\"msg_id\":\"m{{partition}}_{{offset}}\",\"send_ts\":{{Replaying.T0 + at}}}"}""";
        string[] input =
        [
            .. Enumerable.Range(0, 5_000).Select(i => Odd(0, i, i * 100)),
            .. Enumerable.Range(0, 5_000).Select(i => Odd(1, i, i * 100)),
            .. Enumerable.Range(0, 5_000).Select(i => Replaying.Message(2, i, i * 100, $"n{i}").Replace("\"topic\":\"im-latency\",\"partition\":2,", "", StringComparison.Ordinal)
                .Replace("\"key\"", "\"partition\":2,\"topic\":\"im-latency\",\"key\"", StringComparison.Ordinal)),
        ];
        (IReadOnlyList<string> lines, string summary) = Replaying.Reference(new(), input);

        (string[] given, string counts) = Replaying.Run(new TextInput("t", string.Join('\n', input)));

        ResultComparer.AssertEqual(lines, summary, given, counts);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 4)]
    public void Offsets_out_of_order_end_the_replay_and_say_where(int first, int second)
    {
        ReplayInputException failure = Assert.Throws<ReplayInputException>(() =>
            Replaying.Run(new TextInput("a.jsonl", Replaying.Ack(3, first, 0, "m1")), new TextInput("b.jsonl", "\n" + Replaying.Ack(3, second, 0, "m2"))));

        Assert.Equal(
            $"b.jsonl:2: offset {second} of ack[3] comes after offset {first}; records of a partition must be in offset order, each once", failure.Message);
    }

    [Fact]
    public void Other_topics_are_no_records()
    {
        using MemoryStream output = new();
        string text = Replaying.Ack(0, 0, 0, "m1") + "\n{\"topic\":\"other\"}\n{\"topic\":\"im-latency\",\"partition\":0,\"offset\":0}";
        FileReplay replay = new([new TextInput("t", text)], new(), new(), "messages", "ack");

        ReplaySummary summary = replay.Run(output, TestContext.Current.CancellationToken);

        Assert.Equal(2, summary.OtherTopics);
        Assert.Equal("""{"records":{"ack":1},"rejected":{},"late":{},"duplicates":{},"samples_left_out":{},"windows":1}""", summary.ToJson().ToJsonString());
    }

    [Fact]
    public void Nothing_in_gives_nothing_out()
    {
        (string[] lines, string summary) = Replaying.Run("");
        Assert.Empty(lines);
        Assert.Equal("""{"records":{},"rejected":{},"late":{},"duplicates":{},"samples_left_out":{},"windows":0}""", summary);
    }

    [Fact]
    public void It_can_be_ended_early()
    {
        using CancellationTokenSource cancellation = new();
        FileReplay replay = new([new TextInput("t", string.Join('\n', InterleavedInTime))], new(), new(), "im-latency", "ack")
        {
            Progress = (_, records, _) => cancellation.Cancel(),
        };

        Assert.Throws<OperationCanceledException>(() => replay.Run(Stream.Null, cancellation.Token));
    }

    [Fact]
    public void Groups_are_written_with_their_names()
    {
        string text = """
            {"topic":"ack","partition":0,"offset":0,"payload":"{\"msg_id\":\"m\",\"ack_ts\":1767225600000,\"region\":\"c\\\"n\",\"platform\":\"\\u0001é😀\"}"}
            """;
        AggregationSettings settings = new() { Groups = [["platform", "region"]] };

        (string[] lines, _) = Replaying.Run(settings, new TextInput("t", text));

        Assert.Null(ResultComparer.Difference(Replaying.Reference(settings, [text]).Lines, lines));
        Assert.Contains("\"group\":{\"platform\":\"\\u0001é", lines[1], StringComparison.Ordinal);
    }

    private static string PartitionOf(string line) => line[..line.IndexOf("\"offset\"", StringComparison.Ordinal)];

    private static IEnumerable<(long At, string Line)> Traffic()
    {
        for (int partition = 0; partition < 3; partition++)
        {
            for (int i = 0; i < 4_000; i++)
            {
                yield return ((i * 300) + 20, Replaying.Message(partition, i, i * 300, $"m{partition}_{i}"));
            }
        }
        for (int partition = 0; partition < 2; partition++)
        {
            for (int i = 0; i < 6_000; i++)
            {
                // Every fifth comes too late, and some have no message.
                long at = (i * 200) + (i % 5 == 0 ? 75_000 : 60);
                yield return (i * 200, Replaying.Ack(partition, i, at, $"m{i % 3}_{i * 2 / 3}"));
            }
        }
    }
}

using System.Text.Json;
using Aggregator.Core.Generation;
using Aggregator.Host;
using Aggregator.Host.Commands;
using Aggregator.Tests.RemoteWrite;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>The verb <c>replay</c> on the real broker: killed and gone on with, beside what <c>run</c> gave, its plan. A process where the process is the point.</summary>
public sealed class ReplayProcessTests(ReplayTopics shared) : IClassFixture<ReplayTopics>, IDisposable
{
    private const long Hour = 3_600_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("aggregator-replay-").FullName;

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_replay_that_is_killed_again_and_again_gives_the_same_files_and_samples_with_resume()
    {
        TestTopics topics = shared.Topics;
        string[] settings = topics.Arguments("Aggregation:Window=00:00:10", """Aggregation:Groups=[["region"]]""", "RemoteWrite:MaxSamplesPerSend=500");
        await using WriteReceiver whole = await WriteReceiver.StartAsync();
        await using WriteReceiver killed = await WriteReceiver.StartAsync();
        Task undisturbed = ReplayAsync(["--output", PathOf("whole.jsonl"), "--output", PathOf("whole.om"), "--remote-write", $"{whole.Url}", "--summary", PathOf("whole.json"), .. settings]);
        string[] command =
        [
            "replay", "--resume", "--save-every", "00:00:00", "--output", PathOf("killed.jsonl"), "--output", PathOf("killed.om"), "--remote-write", $"{killed.Url}",
            "--summary", PathOf("killed.json"), .. settings,
        ];

        Random random = new(3);
        for (int kill = 0; kill < 3; kill++)
        {
            // The receiver lets so many requests through, and holds the next one: there the replay stands, whatever the machine.
            TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            int last = killed.Requests.Count + random.Next(1, 8);
            killed.Answer = (context, number) =>
            {
                context.Response.StatusCode = 204;
                if (number < last)
                {
                    return Task.CompletedTask;
                }
                held.TrySetResult();
                return Task.Delay(Timeout.Infinite, context.RequestAborted);
            };
            await using AggregatorProcess replay = AggregatorProcess.Start(command);
            await Eventually(() => held.Task.IsCompleted || replay.HasEnded, () => $"{killed.Requests.Count} requests, {last} are let through: {replay.State}");
            Assert.False(replay.HasEnded, replay.Text);
            await replay.KillAsync();
        }
        Assert.True(WindowsIn(PathOf("killed.jsonl.resume")) > 0, "it was killed before it had noted anything");
        killed.Answer = (context, _) =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        };
        await using AggregatorProcess rest = AggregatorProcess.Start(command);
        Assert.True(await rest.ExitAsync(TimeSpan.FromSeconds(90)) == 0, rest.Text);
        await undisturbed;

        foreach (string extension in new[] { "jsonl", "om", "json" })
        {
            Assert.Equal(await File.ReadAllTextAsync(PathOf("whole." + extension), Aborted), await File.ReadAllTextAsync(PathOf("killed." + extension), Aborted));
        }
        Assert.Equal(WriteReceiver.Lines(whole.Requests).Order(StringComparer.Ordinal), WriteReceiver.Lines(killed.Requests).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["killed.json", "killed.jsonl", "killed.om", "whole.json", "whole.jsonl", "whole.om"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_replay_gives_what_run_gave_and_what_a_replay_of_files_gives_line_by_line()
    {
        TestTopics topics = shared.Topics;
        string[] settings = ["Aggregation:IdleTimeout=00:00:01", """Aggregation:Groups=[["region"]]"""];
        string live = PathOf("live.jsonl"), output = PathOf("kafka.jsonl"), range = PathOf("range.jsonl");
        await using AggregatorProcess run = AggregatorProcess.Start(["run", "--web.listen-address", "127.0.0.1:0", "--output", live, .. topics.Arguments(settings)]);
        string[] files = await topics.ReplayAsync(settings);

        await ReplayAsync(["--output", output, .. topics.Arguments(settings)]);

        string[] lines = await File.ReadAllLinesAsync(output, Aborted);
        Assert.Equal(files, lines);
        await Eventually(() => File.Exists(live) && File.ReadLines(live).Count() == files.Length, () => run.Text);
        await run.TerminateAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(await File.ReadAllLinesAsync(live, Aborted), lines);

        // and a range of them, up to the last window that was whole
        string[] totals = [.. lines.Where(line => line.Contains("\"group\":{}", StringComparison.Ordinal))];
        long from = WindowOf(totals[2]), to = WindowOf(totals[4]);
        await ReplayAsync(["--from", $"{from}", "--to", $"{to}", "--output", range, .. topics.Arguments(settings)]);
        Assert.Equal(lines.Where(line => WindowOf(line) >= from && WindowOf(line) < to), await File.ReadAllLinesAsync(range, Aborted));
    }

    [Fact]
    public async Task A_range_across_an_hour_of_silence_has_the_windows_of_a_replay_of_everything()
    {
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), partitions: 2);
        const long Start = 1_767_225_600_000;
        foreach (long start in new[] { Start, Start + Hour + (5 * 60_000) })
        {
            await topics.WriteAsync(new TrafficGenerator(new TrafficSettings
            {
                Seed = 5, StartMs = start, Rate = 10, Duration = TimeSpan.FromMinutes(4), LatencyPartitions = 2, AckPartitions = 2, Users = 100,
            }));
        }
        string[] all = await topics.ReplayAsync();
        Assert.InRange(all.Length, 68, 72);

        foreach ((long from, long to) in new[] { (Start + 120_000, Start + Hour + (7 * 60_000)), (Start + (30 * 60_000), Start + (40 * 60_000)), (Start + (50 * 60_000), Start + Hour + (6 * 60_000)) })
        {
            string output = PathOf($"{from}.jsonl");
            await ReplayAsync(["--from", $"{from}", "--to", $"{to}", "--output", output, .. topics.Arguments()]);
            Assert.Equal(all.Where(line => WindowOf(line) >= from && WindowOf(line) < to), await File.ReadAllLinesAsync(output, Aborted));
        }
        topics.IsDone = true;
    }

    [Fact]
    public async Task A_dry_run_prints_the_plan_and_writes_nothing()
    {
        TestTopics topics = shared.Topics;

        HostProcess.Outcome plan = await HostProcess.RunAsync(["replay", "--dry-run", "--from", "2026-01-01T00:01:00Z", "--output", PathOf("none.jsonl"), .. topics.Arguments()]);

        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Equal("", plan.Error);
        Assert.Contains("windows of 00:01:00 from 2026-01-01T00:01:00Z to the last record written by now", plan.Output, StringComparison.Ordinal);
        Assert.Contains(topics.Kafka.LatencyTopic + "[1]  0..", plan.Output, StringComparison.Ordinal);
        Assert.Equal([], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Options_that_do_not_fit_a_replay_that_broke_off_are_named()
    {
        TestTopics topics = shared.Topics;
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = (context, _) =>
        {
            held.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        string output = PathOf("out.jsonl");
        string[] command = ["replay", "--resume", "--save-every", "00:00:00", "--output", output, "--remote-write", $"{receiver.Url}"];
        using StringWriter error = new();
        await using (AggregatorProcess replay = AggregatorProcess.Start([.. command, .. topics.Arguments()]))
        {
            await held.Task.WaitAsync(TimeSpan.FromSeconds(90), Aborted);
            Assert.Equal(1, await CommandLineApp.RunAsync([.. command, .. topics.Arguments()], TextWriter.Null, error, ReplayCommand.Create()));
            await replay.KillAsync();
        }
        Assert.Equal($"aggregator: {output}.resume is kept by another replay that is running; name another file with --state\n", error.ToString());

        error.GetStringBuilder().Clear();
        int code = await CommandLineApp.RunAsync(
            [.. command, "--from", "now-1h", .. topics.Arguments("Aggregation:Lateness=00:00:11")], TextWriter.Null, error, ReplayCommand.Create());

        Assert.Equal(
            (2, $"aggregator: {output}.resume is of another replay: --from was not given; Aggregation:Lateness was \"00:00:10\"; give the same options, or begin anew without --resume\n"),
            (code, error.ToString()));
    }

    [Fact]
    public async Task A_replay_that_is_stopped_while_its_last_samples_wait_for_the_receiver_goes_on_with_resume()
    {
        TestTopics topics = shared.Topics;
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 503;
            held.TrySetResult();
            return Task.CompletedTask;
        };
        string output = PathOf("out.jsonl"), backfill = PathOf("out.om");
        // All windows fit into one request, which goes out when nothing follows.
        string[] command = ["replay", "--resume", "--save-every", "01:00:00", "--output", output, "--output", backfill, "--remote-write", $"{receiver.Url}", .. topics.Arguments("RemoteWrite:MaxSamplesPerSend=10000")];
        await using (AggregatorProcess replay = AggregatorProcess.Start(command))
        {
            await held.Task.WaitAsync(TimeSpan.FromSeconds(90), Aborted);
            await replay.TerminateAsync(TimeSpan.FromSeconds(60));
            Assert.Contains($"the replay broke off; with --resume it goes on ({output}.resume)", replay.Text, StringComparison.Ordinal);
        }
        Assert.Equal([output + ".resume", output + ".unfinished"], Directory.GetFiles(_folder, "out.jsonl*").Order(StringComparer.Ordinal));
        Assert.False(File.Exists(backfill));

        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        };
        await ReplayAsync(command[1..]);

        await ReplayAsync(["--output", PathOf("whole.jsonl"), "--output", PathOf("whole.om"), .. topics.Arguments()]);
        foreach (string extension in new[] { "jsonl", "om" })
        {
            Assert.Equal(await File.ReadAllTextAsync(PathOf("whole." + extension), Aborted), await File.ReadAllTextAsync(PathOf("out." + extension), Aborted));
        }
    }

    [Fact]
    public async Task A_window_is_explained_out_of_Kafka_with_the_numbers_of_its_results()
    {
        TestTopics topics = shared.Topics;
        string output = PathOf("window.jsonl");
        string[] range = ["--from", "2026-01-01T00:02:00Z", "--to", "2026-01-01T00:03:00Z"];

        Task replay = ReplayAsync([.. range, "--output", output, .. topics.Arguments()]);
        HostProcess.Outcome explained = await HostProcess.RunAsync(["replay", "--explain", "2026-01-01T00:02:00Z", .. topics.Arguments()]);
        await replay;

        Assert.True(explained.ExitCode == 0, explained.Error);
        using JsonDocument line = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(output, Aborted)));
        Assert.Equal(line.RootElement.GetProperty("sent").GetInt64(), Sum(explained.Output, "sent"));
        Assert.Equal(line.RootElement.GetProperty("received").GetInt64(), Sum(explained.Output, "received"));
        Assert.Contains($"{topics.Kafka.AckTopic}[1]", explained.Output, StringComparison.Ordinal);
    }

    /// <summary>The counted facts of a kind over all partitions: the first of their name in each row.</summary>
    private static long Sum(string explanation, string kind) => explanation.Split('\n')
        .Where(row => row.Contains("-latency[", StringComparison.Ordinal))
        .Sum(row => long.Parse(System.Text.RegularExpressions.Regex.Match(row, $@" {kind}=(\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Runs the verb in this process; it has to succeed.</summary>
    private static async Task ReplayAsync(string[] arguments)
    {
        using StringWriter error = new();
        int code = await CommandLineApp.RunAsync(["replay", .. arguments], TextWriter.Null, error, ReplayCommand.Create());
        Assert.True(code == 0, $"replay {string.Join(' ', arguments)} ended with {code}: {error}");
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static long WindowsIn(string state)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(state));
        return json.RootElement.GetProperty("Checkpoint") is { ValueKind: JsonValueKind.Object } checkpoint ? checkpoint.GetProperty("Windows").GetInt64() : -1;
    }

    private static long WindowOf(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("window_start").GetInt64();
    }

    private static async Task Eventually(Func<bool> condition, Func<string> text)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(Aborted);
        bound.CancelAfter(TimeSpan.FromSeconds(90));
        while (!condition())
        {
            Assert.False(bound.IsCancellationRequested, text());
            await Task.Delay(20, CancellationToken.None);
        }
    }
}

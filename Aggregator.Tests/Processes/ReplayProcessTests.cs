using System.Text.Json;
using Aggregator.Core.Generation;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>The verb <c>replay</c> as a process on the real broker: killed and gone on with, beside what <c>run</c> gave, its plan.</summary>
public sealed class ReplayProcessTests
{
    private const int Messages = 40_000;

    [Fact]
    public async Task A_replay_that_is_killed_again_and_again_gives_the_same_files_with_resume()
    {
        await using TestTopics topics = await WithTrafficAsync();
        string[] settings = topics.Arguments("Aggregation:Window=00:00:10", """Aggregation:Groups=[["region"]]""");
        string whole = topics.File("whole.jsonl"), output = topics.File("killed.jsonl");
        HostProcess.Outcome undisturbed = await HostProcess.RunAsync(["replay", "--output", whole, "--summary", whole + ".json", .. settings]);
        Assert.True(undisturbed.ExitCode == 0, undisturbed.Error);
        string[] command = ["replay", "--resume", "--save-every", "00:00:00", "--output", output, "--summary", output + ".json", .. settings];

        Random random = new(3);
        int kills = 0;
        long reached = -1;
        for (bool isDone = false; !isDone;)
        {
            await using AggregatorProcess replay = AggregatorProcess.Start(command);
            long wanted = reached + 1 + random.Next(12);
            while (!(isDone = replay.HasEnded) && (kills == 4 || (reached = Math.Max(reached, WindowsIn(output + ".resume"))) < wanted))
            {
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }
            if (!isDone)
            {
                await replay.KillAsync();
                kills++;
            }
            else
            {
                Assert.True(await replay.ExitAsync(TimeSpan.FromSeconds(60)) == 0, replay.Text);
            }
        }

        Assert.True(kills >= 2, $"it was killed {kills} times only");
        Assert.Equal(await File.ReadAllBytesAsync(whole, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken));
        Assert.Equal(await File.ReadAllTextAsync(whole + ".json", TestContext.Current.CancellationToken), await File.ReadAllTextAsync(output + ".json", TestContext.Current.CancellationToken));
        Assert.False(File.Exists(output + ".resume"));
        topics.IsDone = true;
    }

    [Fact]
    public async Task A_replay_gives_what_run_gave_and_what_a_replay_of_files_gives_line_by_line()
    {
        await using TestTopics topics = await WithTrafficAsync();
        string[] shared = ["Aggregation:IdleTimeout=00:00:01", """Aggregation:Groups=[["region"]]"""];
        string live = topics.File("live.jsonl"), output = topics.File("kafka.jsonl");
        string[] files = await topics.ReplayAsync(shared);
        await using (AggregatorProcess run = AggregatorProcess.Start(["run", "--web.listen-address", "127.0.0.1:0", "--output", live, .. topics.Arguments(shared)]))
        {
            await Eventually(() => File.Exists(live) && File.ReadLines(live).Count() == files.Length, () => run.Text);
            await run.TerminateAsync(TimeSpan.FromSeconds(60));
        }

        HostProcess.Outcome replay = await HostProcess.RunAsync(["replay", "--output", output, .. topics.Arguments(shared)]);

        Assert.True(replay.ExitCode == 0, replay.Error);
        string[] lines = await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken);
        Assert.Equal(files, lines);
        Assert.Equal(await File.ReadAllLinesAsync(live, TestContext.Current.CancellationToken), lines);

        // and a range of them, up to the last window that was whole
        string[] totals = [.. lines.Where(line => line.Contains("\"group\":{}", StringComparison.Ordinal))];
        long from = WindowOf(totals[2]), to = WindowOf(totals[5]);
        HostProcess.Outcome range = await HostProcess.RunAsync(["replay", "--from", $"{from}", "--to", $"{to}", .. topics.Arguments(shared)]);
        Assert.True(range.ExitCode == 0, range.Error);
        Assert.Equal(lines.Where(line => WindowOf(line) >= from && WindowOf(line) < to), range.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        topics.IsDone = true;
    }

    [Fact]
    public async Task A_dry_run_prints_the_plan_and_writes_nothing()
    {
        await using TestTopics topics = await WithTrafficAsync();
        string output = topics.File("none.jsonl");

        HostProcess.Outcome plan = await HostProcess.RunAsync(["replay", "--dry-run", "--from", "2026-01-01T00:01:00Z", "--output", output, .. topics.Arguments()]);

        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Equal("", plan.Error);
        Assert.Contains("windows of 00:01:00 from 2026-01-01T00:01:00Z to the last record written by now", plan.Output, StringComparison.Ordinal);
        Assert.Contains(topics.Kafka.LatencyTopic + "[1]  0..", plan.Output, StringComparison.Ordinal);
        Assert.Equal([], Directory.GetFiles(topics.Folder));
        topics.IsDone = true;
    }

    [Fact]
    public async Task Options_that_do_not_fit_a_replay_that_broke_off_are_named()
    {
        await using TestTopics topics = await WithTrafficAsync();
        string output = topics.File("out.jsonl");
        string[] command = ["replay", "--resume", "--save-every", "00:00:00", "--output", output];
        await using (AggregatorProcess replay = AggregatorProcess.Start([.. command, .. topics.Arguments()]))
        {
            await Eventually(() => WindowsIn(output + ".resume") > 0 || replay.HasEnded, () => replay.Text);
            Assert.False(replay.HasEnded, "it was too quick to be killed");
            await replay.KillAsync();
        }

        HostProcess.Outcome other = await HostProcess.RunAsync([.. command, "--from", "now-1h", .. topics.Arguments("Aggregation:Lateness=00:00:11")]);

        Assert.Equal(
            (2, $"aggregator: {output}.resume is of another replay: --from was not given; Aggregation:Lateness was \"00:00:10\"; give the same options, or begin anew without --resume\n"),
            (other.ExitCode, other.Error));
        topics.IsDone = true;
    }

    private static async Task<TestTopics> WithTrafficAsync()
    {
        TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), partitions: 2);
        TrafficGenerator traffic = new(new TrafficSettings
        {
            Seed = 11, StartMs = 1_767_225_600_000, Rate = 100, Messages = Messages, LatencyPartitions = 2, AckPartitions = 2, BadShare = 0.01, Users = 2_000,
        });
        await topics.WriteAsync(traffic);
        return topics;
    }

    private static long WindowsIn(string state)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(state));
            return json.RootElement.GetProperty("Checkpoint") is { ValueKind: JsonValueKind.Object } checkpoint ? checkpoint.GetProperty("Windows").GetInt64() : -1;
        }
        catch (FileNotFoundException)
        {
            return -1;
        }
    }

    private static long WindowOf(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("window_start").GetInt64();
    }

    private static async Task Eventually(Func<bool> condition, Func<string> text)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(TimeSpan.FromSeconds(90));
        while (!condition())
        {
            Assert.False(bound.IsCancellationRequested, text());
            await Task.Delay(20, CancellationToken.None);
        }
    }
}

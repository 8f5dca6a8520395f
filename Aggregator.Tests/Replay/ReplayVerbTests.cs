using System.Diagnostics;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>The verb as a process: what appears where, and when.</summary>
public sealed class ReplayVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aggregator-replay").FullName;

    [Fact]
    public async Task Lines_go_to_standard_output_and_nothing_else_does()
    {
        string input = Write("in.jsonl", Replaying.Message(0, 0, 0, "m1"), Replaying.Ack(0, 0, 5, "m1"), "{\"topic\":\"other\"}");

        HostProcess.Outcome outcome = await HostProcess.RunAsync("replay", "--input", input, "--output", "-");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            """{"window_start":1767225600000,"window_ms":60000,"group":{},"online_users":2,"received":1,"latency_ms":{"p50":20,"p95":20,"p99":20,"mean":20,"max":20},"acks":1,"ack_errors":{},"sent":1,"delivered":1,"delivery_ratio":1}""" + "\n",
            outcome.Output);
        Assert.Contains("1 lines are of other topics than im-latency and ack, and were passed over", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_that_fails_leaves_the_output_as_it_was()
    {
        string input = Write("in.jsonl", Replaying.Message(0, 0, 0, "m1"), "no envelope");
        string output = Write("out.jsonl", "from before");
        string summary = Path.Combine(_folder, "summary.json");

        HostProcess.Outcome outcome = await HostProcess.RunAsync("replay", "--input", input, "--output", output, "--summary", summary);

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith($"aggregator: {input}:2: no line of 'kcat -C -J': no JSON: ", outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
        Assert.Equal("from before\n", await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(summary));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        string missing = Path.Combine(_folder, "missing.jsonl");

        HostProcess.Outcome outcome = await HostProcess.RunAsync("replay", "--input", missing);

        Assert.Equal((1, "", $"aggregator: {missing}: there is no such file\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Fact]
    public async Task A_named_pipe_is_an_input()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are made with mkfifo");
        string pipe = Path.Combine(_folder, "pipe");
        using (Process mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        string output = Path.Combine(_folder, "out.jsonl");

        Task<HostProcess.Outcome> run = HostProcess.RunAsync("replay", "--input", pipe, "--output", output);
        await Task.Run(() => File.WriteAllLines(pipe, [Replaying.Message(0, 0, 0, "m1"), Replaying.Ack(0, 0, 5, "m1")]), TestContext.Current.CancellationToken);
        HostProcess.Outcome outcome = await run;

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Contains("\"delivered\":1,", Assert.Single(await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, params string[] lines)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}

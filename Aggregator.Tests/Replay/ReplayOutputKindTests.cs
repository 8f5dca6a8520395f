using Aggregator.Tests.RemoteWrite;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>Outputs for Prometheus, asked for on the command line.</summary>
public sealed class ReplayOutputKindTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aggregator-outputs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Several_outputs_are_written_at_once_each_by_its_extension()
    {
        string lines = Path.Combine(_folder, "w.jsonl");
        string backfill = Path.Combine(_folder, "b.om");

        HostProcess.Outcome outcome = await ReplayAsync("--output", lines, "--output", backfill, "--label", "job=im", "--label", "instance=a:1", "--set", "RemoteWrite:ExternalLabels:cluster=c");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains($"{backfill}: 15 samples, windows that end from 2026-01-01T00:01:00Z to 2026-01-01T00:01:00Z", outcome.Error, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(lines, TestContext.Current.CancellationToken));
        Assert.Contains("im_online_users{cluster=\"c\",instance=\"a:1\",job=\"im\"} 2 1767225660", await File.ReadAllLinesAsync(backfill, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_label_that_cannot_be_is_named_at_once()
    {
        HostProcess.Outcome outcome = await ReplayAsync("--output", Path.Combine(_folder, "b.om"), "--label", "job", "--label", "le=1", "--label", "region=eu", "--label", "a=1", "--label", "a=2",
            "--set", "Aggregation:Groups=[[\"region\"]]");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal(
            [
                "aggregator: --label job: must be NAME=VALUE, for example job=aggregator", "aggregator: --label le=1: is a label that the series have themselves",
                "aggregator: --label region=eu: is a dimension of Aggregation:Groups", "aggregator: --label a=2: is given twice",
            ],
            outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--remote-write", "http://user:hunter2@h/write", 2, "aggregator: --remote-write http://***@h/write: must not have a user or password in it; set RemoteWrite:Username and RemoteWrite:Password")]
    [InlineData("--remote-write", "h:9090", 2, "aggregator: --remote-write h:9090: must be the address of a receiver, for example http://prometheus:9090/api/v1/write")]
    [InlineData("--om-file-mib", "0", 2, "aggregator: --om-file-mib 0: must be from 1 to 1024")]
    [InlineData("--backfill-target", "h", 2, "aggregator: --backfill-target h: must be the address of a Prometheus, for example http://prometheus:9090")]
    [InlineData("--backfill-target", "http://127.0.0.1:1", 1, "aggregator: http://127.0.0.1:1: cannot be asked: Connection refused")]
    [InlineData("--diff", "h", 2, "aggregator: --diff h: must be the address of a Prometheus, for example http://prometheus:9090")]
    [InlineData("--diff", "http://127.0.0.1:1", 1, "aggregator: http://127.0.0.1:1: cannot be asked: Connection refused")]
    [InlineData("--diff-match", "job=im", 2, "aggregator: --diff-match and --diff-output are about a comparison: name what to compare with, --diff http://prometheus:9090")]
    [InlineData("--explain", "2026-01-01T00:00:00Z", 2, "aggregator: --explain prints one window and has no outputs: without --output")]
    [InlineData("--verify", "/no/such/promtool", 1, "aggregator: --verify: /no/such/promtool cannot be started (")]
    public async Task What_cannot_be_done_is_said(string option, string value, int exitCode, string message)
    {
        HostProcess.Outcome outcome = await ReplayAsync("--output", Path.Combine(_folder, "b.om"), option, value);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.StartsWith(message, outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_that_refuse_are_named_and_the_others_are_complete()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 400;
            return Task.CompletedTask;
        };
        string lines = Path.Combine(_folder, "w.jsonl"), backfill = Path.Combine(_folder, "b.om"), summary = Path.Combine(_folder, "s.json");

        HostProcess.Outcome outcome = await ReplayAsync("--remote-write", receiver.Url.ToString(), "--output", backfill, "--output", lines, "--summary", summary);

        Assert.Equal(1, outcome.ExitCode);
        string[] said = outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith($"aggregator: {receiver.Url}: 0 samples sent, ", said[^1], StringComparison.Ordinal);
        Assert.Contains(said, line => line.StartsWith($"{backfill}: 15 samples, ", StringComparison.Ordinal));
        Assert.Single(await File.ReadAllLinesAsync(lines, TestContext.Current.CancellationToken));
        Assert.True(File.Exists(backfill));
        Assert.Contains("\"windows\": 1", await File.ReadAllTextAsync(summary, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_is_explained_by_its_partitions_and_results()
    {
        string input = Path.Combine(_folder, "in.jsonl");
        await File.WriteAllLinesAsync(input, [Replaying.Message(0, 3, 0, "m1"), Replaying.Message(0, 4, 5, "m1"), Replaying.Ack(2, 9, 5, "m1")], TestContext.Current.CancellationToken);

        HostProcess.Outcome outcome = await HostProcess.RunAsync("replay", "--input", input, "--explain", "2026-01-01T00:00:30Z");

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal(
            """
            Window 2026-01-01T00:00:00Z to 2026-01-01T00:01:00Z (1767225600000)

                partition      offsets read  of the window  Kafka times                                records  counted                       late  duplicate          rejected  latency left out
              ✓ im-latency[0]  3..4          3..4           2026-01-01T00:00:00.020Z .. 00:00:00.025Z  2        sent=1 activity=1 received=1  -     sent=1 received=1  -         -
              ✓ ack[2]         9..9          9..9           2026-01-01T00:00:00.005Z .. 00:00:00.005Z  1        acked=1                       -     -                  -         -

                group  online users  received  p50 ms  p95 ms  p99 ms  mean ms  max ms  acks  errors  sent  delivered  ratio
              ✓ total  3             1         20      20      20      20       20      1     -       1     1          1

              counted, late and duplicate are facts (one record may have several), the others records; late: the window was closed in that partition when they came
              all records of the files were read
              what a running service counts as late after idle is counted here: a replay has no clock

            """,
            outcome.Output);
    }

    private Task<HostProcess.Outcome> ReplayAsync(params string[] options)
    {
        string input = Path.Combine(_folder, "in.jsonl");
        File.WriteAllLines(input, [Replaying.Message(0, 0, 0, "m1"), Replaying.Ack(0, 0, 5, "m1")]);
        return HostProcess.RunAsync(["replay", "--input", input, .. options]);
    }
}

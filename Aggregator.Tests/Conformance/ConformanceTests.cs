using System.Text;
using Aggregator.Core.Replay;
using Aggregator.Tests.Support;
using Aggregator.Tests.Windows;
using Xunit;

namespace Aggregator.Tests.Conformance;

/// <summary>The published cases (SPEC.md section 7), in process, in pieces, and as a user replays them.</summary>
public class ConformanceTests
{
    [Theory]
    [MemberData(nameof(ConformanceCases.Names), MemberType = typeof(ConformanceCases))]
    public void A_replay_in_process_gives_what_is_expected(string name)
    {
        ConformanceCase published = ConformanceCases.Load(name);
        FileReplay replay = new(
            [new ReplayFile(Path.Combine(published.Folder, "input.jsonl"))], published.Settings.Aggregation, published.Settings.Fields,
            published.Settings.Kafka.LatencyTopic, published.Settings.Kafka.AckTopic);
        using MemoryStream output = new();

        ReplaySummary summary = replay.Run(output, TestContext.Current.CancellationToken);

        ResultComparer.AssertEqual(
            published.Expected, published.Summary, Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            summary.ToJson().ToJsonString(), name);
    }

    [Theory]
    [MemberData(nameof(ConformanceCases.Names), MemberType = typeof(ConformanceCases))]
    public async Task The_verb_replay_gives_what_is_expected(string name)
    {
        ConformanceCase published = ConformanceCases.Load(name);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("aggregator-conformance");
        string output = Path.Combine(folder.FullName, "output.jsonl");
        string summary = Path.Combine(folder.FullName, "summary.json");

        HostProcess.Outcome outcome = await HostProcess.RunAsync(
            "replay", "--config", Path.Combine(published.Folder, "settings.json"), "--input", Path.Combine(published.Folder, "input.jsonl"),
            "--output", output, "--summary", summary);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal("", outcome.Output);
        ResultComparer.AssertEqual(published.Expected, published.Summary, await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(summary, TestContext.Current.CancellationToken), name);
        folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(ConformanceCases.Names), MemberType = typeof(ConformanceCases))]
    public void Record_by_record_with_results_on_the_way_gives_what_is_expected(string name)
    {
        ConformanceCase published = ConformanceCases.Load(name);

        FoldRun run = FoldRun.InBatches(published.Settings.Aggregation, published.Records, () => 1);

        ResultComparer.AssertEqual(published.Expected, published.Summary, run.Lines, run.Summary, name);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Aggregator.Core.Generation;
using Aggregator.Tests.Processes;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>The commands of docs/backfill.md do what it says, on a real Prometheus.</summary>
public sealed partial class BackfillDocumentTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aggregator-document-");

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_way_through_promtool_leads_into_Prometheus(int version)
    {
        string program = PrometheusProcess.Program("prometheus", version);
        string data = Directory.CreateDirectory(Path.Combine(_folder.FullName, "data")).FullName;
        long windows = await GenerateAsync(hoursAgo: 4);
        string[] commands = Commands("A file for promtool");
        Assert.Equal(3, commands.Length);

        string said = await RunAsync(version, data, commands[0] + commands[1]);
        await using PrometheusProcess prometheus = await (await PrometheusProcess.StartAsync(program, "{}", [], data, Aborted)).ReadyAsync(Aborted);
        string found = await RunAsync(version, data, commands[2].Replace("http://127.0.0.1:9090", prometheus.Address.ToString(), StringComparison.Ordinal));

        Assert.Matches(@"backfill\.om: \d+ samples, windows that end from .* verified: promtool makes \d+ blocks? with all of them", said);
        Assert.Contains($"=> {windows} @", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remote_write_leads_there_as_well()
    {
        string program = PrometheusProcess.Program("prometheus", 3);
        long windows = await GenerateAsync(hoursAgo: 4);
        string configuration = Blocks("Remote write", "yaml")[0];
        await using PrometheusProcess prometheus = await (await PrometheusProcess.StartAsync(
            program, configuration, ["--web.enable-remote-write-receiver"], null, Aborted)).ReadyAsync(Aborted);

        string said = await RunAsync(3, "", Commands("Remote write")[0].Replace("http://127.0.0.1:9090/", prometheus.Address.ToString(), StringComparison.Ordinal));

        Assert.Matches(@"/api/v1/write: \d+ samples sent", said);
        Assert.Equal([$"{{}} {windows}"], await prometheus.QueryAsync("sum(count_over_time(im_online_users{job=\"aggregator\"}[6h]))", Aborted));
        Assert.NotEmpty(Blocks("Percentiles over any range", ""));
        foreach (string query in Queries())
        {
            string[] answer = await prometheus.QueryAsync(query.Replace("[1h]", "[6h]", StringComparison.Ordinal), Aborted);
            Assert.DoesNotContain(answer, line => line.EndsWith(" NaN", StringComparison.Ordinal));
            Assert.True(answer.Length > 0 || !query.Contains("_over_time", StringComparison.Ordinal) || query.Contains("_by_", StringComparison.Ordinal), query);
        }
    }

    [Fact]
    public async Task A_range_out_of_Kafka_is_filled_and_found_equal()
    {
        string program = PrometheusProcess.Program("prometheus", 3);
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), partitions: 2);
        await topics.WriteAsync(new TrafficGenerator(new TrafficSettings
        {
            StartMs = DateTimeOffset.UtcNow.AddHours(-5).ToUnixTimeMilliseconds(), Rate = 5, Duration = TimeSpan.FromMinutes(10), LatencyPartitions = 2, AckPartitions = 2,
        }));
        string data = Directory.CreateDirectory(Path.Combine(_folder.FullName, "data")).FullName;
        string[] commands = Commands("Ranges out of Kafka");
        Assert.Equal(2, commands.Length);

        await RunAsync(3, data, commands[0], topics);
        await using PrometheusProcess prometheus = await (await PrometheusProcess.StartAsync(program, "{}", [], data, Aborted)).ReadyAsync(Aborted);
        string said = await RunAsync(3, data, commands[1].Replace("http://127.0.0.1:9090", prometheus.Address.ToString(), StringComparison.Ordinal), topics);

        Assert.Matches(@": 1\d windows compared, all \d+ values are equal\n", said);
        topics.IsDone = true;
    }

    private static string[] Commands(string heading) => Blocks(heading, "sh");

    private static string[] Blocks(string heading, string language)
    {
        string section = Section(heading);
        return language.Length == 0 ? [section] : [.. Regex.Matches(section, $"^```{language}\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline).Select(match => match.Groups[1].Value)];
    }

    private static string Section(string heading)
    {
        string document = RepositoryTree.Read("docs/backfill.md");
        int start = document.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, heading);
        int end = document.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        return end < 0 ? document[start..] : document[start..end];
    }

    private static string[] Queries()
    {
        string[] queries = [.. QueryRows().Matches(Section("Percentiles over any range")).Select(row => row.Groups[1].Value)];
        Assert.True(queries.Length >= 5);
        return queries;
    }

    /// <summary>A quarter of an hour of traffic, as day.jsonl.</summary>
    /// <returns>How many windows it has.</returns>
    private async Task<long> GenerateAsync(int hoursAgo)
    {
        string start = DateTimeOffset.UtcNow.AddHours(-hoursAgo).ToString("yyyy-MM-dd'T'HH:mm:00'Z'", CultureInfo.InvariantCulture);
        string traffic = Path.Combine(_folder.FullName, "day.jsonl");
        HostProcess.Outcome generated = await HostProcess.RunAsync("generate", "--rate", "5", "--duration", "15m", "--start", start, "--output", traffic);
        Assert.Equal((0, ""), (generated.ExitCode, generated.Output));
        HostProcess.Outcome replayed = await HostProcess.RunAsync("replay", "--input", traffic);
        return replayed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LongLength;
    }

    private async Task<string> RunAsync(int version, string data, string commands, TestTopics? topics = null)
    {
        string promtool = Path.GetDirectoryName(PrometheusProcess.Program("promtool", version))!;
        ProcessStartInfo start = new("bash", ["-euo", "pipefail", "-c", "aggregator() { dotnet \"$AGGREGATOR\" \"$@\"; }\n" + commands])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{promtool}{Path.PathSeparator}{start.Environment["PATH"]}";
        start.Environment["PROMETHEUS_DATA"] = data;
        start.Environment["AGGREGATOR"] = Path.Combine(AppContext.BaseDirectory, "Aggregator.Host.dll");
        if (topics is not null)
        {
            start.Environment["Kafka__BootstrapServers"] = topics.Kafka.BootstrapServers;
            start.Environment["Kafka__LatencyTopic"] = topics.Kafka.LatencyTopic;
            start.Environment["Kafka__AckTopic"] = topics.Kafka.AckTopic;
        }
        using Process shell = Process.Start(start)!;
        Task<string> output = shell.StandardOutput.ReadToEndAsync(Aborted);
        Task<string> errors = shell.StandardError.ReadToEndAsync(Aborted);
        await shell.WaitForExitAsync(Aborted);
        string all = await output + await errors;
        Assert.True(shell.ExitCode == 0, $"{commands}\n{all}");
        return all;
    }

    [GeneratedRegex(@"^\| [^|`]+ \| `([^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex QueryRows();
}

using System.Diagnostics;
using System.Text.RegularExpressions;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>The rules in rules/ are sound, do what their tests say, and speak of metrics that exist.</summary>
public sealed partial class RulesTests
{
    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Promtool_finds_nothing_wrong(int version)
    {
        string output = await PromtoolAsync(version, ["check", "rules", "--lint=all", "--lint-fatal", .. Files(".rules.yml")]);

        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_rules_do_what_their_tests_say(int version)
    {
        string output = await PromtoolAsync(version, ["test", "rules", .. Files(".test.yml")]);

        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_in_a_rule_exists()
    {
        using MetricsFixture metrics = new(withProcess: true);
        HashSet<string> known = [];
        foreach (string type in await metrics.SamplesAsync("# TYPE "))
        {
            string[] words = type.Split(' ');
            string[] suffixes = words[3] == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
            known.UnionWith(suffixes.Select(suffix => words[2] + suffix));
        }

        string[] used = [.. Files(".rules.yml").SelectMany(path => Metrics().Matches(RepositoryTree.Read(path))).Select(match => match.Value).Distinct()];

        Assert.NotEmpty(used);
        Assert.DoesNotContain(used, name => !known.Contains(name));
    }

    [Fact]
    public void Every_alert_has_a_severity_words_a_test_and_a_place_in_the_operations_document()
    {
        string rules = string.Concat(Files(".rules.yml").Select(RepositoryTree.Read));
        string tests = string.Concat(Files(".test.yml").Select(RepositoryTree.Read));
        string operations = RepositoryTree.Read("docs/operations.md");
        string[] alerts = [.. Alerts().Matches(rules).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Length, Severities().Count(rules));
        Assert.Equal(alerts.Length, Words().Count(rules));
        Assert.DoesNotContain(alerts, alert => !tests.Contains($"alertname: {alert}", StringComparison.Ordinal));
        Assert.Equal(alerts, Sections().Matches(operations).Select(match => match.Groups[1].Value));
    }

    private static IEnumerable<string> Files(string ending) => RepositoryTree.Files(ending).Where(path => path.StartsWith("rules/", StringComparison.Ordinal));

    private static async Task<string> PromtoolAsync(int version, string[] arguments)
    {
        ProcessStartInfo start = new(PrometheusProcess.Program("promtool", version), arguments)
        {
            WorkingDirectory = RepositoryTree.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process promtool = Process.Start(start)!;
        Task<string> output = promtool.StandardOutput.ReadToEndAsync(Aborted);
        Task<string> errors = promtool.StandardError.ReadToEndAsync(Aborted);
        await promtool.WaitForExitAsync(Aborted);
        string all = await output + await errors;
        Assert.True(promtool.ExitCode == 0, all);
        return all;
    }

    // not the recorded ones, which have colons
    [GeneratedRegex(@"(?<![\w:])(im|aggregator|process|dotnet)_[a-z0-9_]+(?![\w:])")]
    private static partial Regex Metrics();

    [GeneratedRegex(@"^ +- alert: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Alerts();

    [GeneratedRegex("^ +severity: (critical|warning|info)$", RegexOptions.Multiline)]
    private static partial Regex Severities();

    [GeneratedRegex(@"^ +summary: .+\n +description: .+$", RegexOptions.Multiline)]
    private static partial Regex Words();

    [GeneratedRegex(@"^### (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Sections();
}

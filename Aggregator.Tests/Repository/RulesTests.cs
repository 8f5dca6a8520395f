using System.Diagnostics;
using System.Text.RegularExpressions;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>The rules in rules/ are sound, do what their tests say, speak of metrics that exist, and lead to runbooks that exist.</summary>
public sealed partial class RulesTests
{
    private static readonly string[] Headings = ["## What it means", "## Likely causes", "## Look at", "## Do"];

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Promtool_finds_nothing_wrong(int version)
    {
        string output = await PromtoolAsync(version, ["check", "rules", "--lint=all", "--lint-fatal", .. AlertRule.Files]);

        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_rules_do_what_their_tests_say(int version)
    {
        string output = await PromtoolAsync(version, ["test", "rules", .. TestFiles]);

        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_in_a_rule_or_a_runbook_exists()
    {
        HashSet<string> known = await PublishedMetrics.NamesAsync();
        IEnumerable<string> texts = AlertRule.Files.Concat(Runbooks.Select(name => $"docs/runbooks/{name}.md"));

        string[] unknown = [.. texts.SelectMany(path => PublishedMetrics.In(RepositoryTree.Read(path)).Where(name => !known.Contains(name)).Select(name => $"{path}: {name}"))];

        Assert.Empty(unknown);
        Assert.True(PublishedMetrics.In(string.Concat(AlertRule.Files.Select(RepositoryTree.Read))).Count() > 20);
    }

    [Fact]
    public void Every_recorded_series_in_a_rule_is_recorded_and_every_threshold_is_used_and_missed()
    {
        string rules = string.Concat(AlertRule.Files.Select(RepositoryTree.Read));
        string code = Comments().Replace(rules, "");
        string[] recorded = [.. Records().Matches(code).Select(match => match.Groups[1].Value).Distinct()];
        IEnumerable<string> used = RecordedNames().Matches(code).Select(match => match.Value).Distinct();
        string missed = code[code.IndexOf("- alert: ImThresholdMissing", StringComparison.Ordinal)..];

        Assert.Empty(used.Except(recorded));
        foreach (string threshold in recorded.Where(name => name.StartsWith("im:threshold:", StringComparison.Ordinal)))
        {
            // once where it is recorded, once in the rule that compares with it, and once more where its absence is an alert
            Assert.True(Regex.Count(code, Regex.Escape(threshold) + @"\b") >= 3 || threshold.Contains(":node_", StringComparison.Ordinal), threshold);
            Assert.True(missed.Contains($"absent({threshold})", StringComparison.Ordinal) || threshold.Contains(":node_", StringComparison.Ordinal), threshold);
        }
    }

    [Fact]
    public void Every_alert_has_words_a_wait_of_two_windows_a_runbook_and_tests_that_it_fires_and_that_it_is_quiet()
    {
        string tests = string.Concat(TestFiles.Select(RepositoryTree.Read));
        IReadOnlyList<AlertRule> alerts = AlertRule.ReadAll();

        Assert.NotEmpty(alerts);
        foreach (AlertRule alert in alerts)
        {
            Assert.Matches("^(Im)[A-Z][A-Za-z0-9]+$", alert.Name);
            Assert.Matches("^([2-9]|[1-9][0-9]+)m$", alert.For);
            Assert.Equal($"docs/runbooks/{alert.Name}.md", alert.Runbook);
            Assert.True(alert.Description.Trim().EndsWith('.'), alert.Name);
            Assert.Matches($@"alertname: {alert.Name}\n +exp_alerts:\n +- exp_labels: ", tests);
            Assert.Contains($"alertname: {alert.Name}, exp_alerts: []", tests, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_alert_has_a_runbook_in_the_same_form_and_every_runbook_an_alert()
    {
        string[] alerts = [.. AlertRule.ReadAll().Select(alert => alert.Name).Distinct()];

        Assert.Equal(alerts.Order(StringComparer.Ordinal), Runbooks);
        foreach (string name in alerts)
        {
            string page = RepositoryTree.Read($"docs/runbooks/{name}.md");
            Assert.Equal([$"# {name}", .. Headings], page.Split('\n').Where(line => line.StartsWith('#')));
            Assert.Contains("```", page, StringComparison.Ordinal);
            Assert.Contains($"]({name}.md)", RepositoryTree.Read("docs/runbooks/README.md"), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> TestFiles => RepositoryTree.Files(".test.yml").Where(path => path.StartsWith("rules/", StringComparison.Ordinal));

    private static string[] Runbooks => [.. RepositoryTree.Files(".md").Where(path => path.StartsWith("docs/runbooks/", StringComparison.Ordinal))
        .Select(path => Path.GetFileNameWithoutExtension(path)).Where(name => name != "README").Order(StringComparer.Ordinal)];

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

    [GeneratedRegex(@"^ *#.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"record: '?((?:im|aggregator):[\w:]+)")]
    private static partial Regex Records();

    // names with at least two colons; job:aggregator and the like are none
    [GeneratedRegex(@"\b(im|aggregator):\w+:\w+")]
    private static partial Regex RecordedNames();
}

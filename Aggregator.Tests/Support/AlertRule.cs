using System.Text.RegularExpressions;

namespace Aggregator.Tests.Support;

/// <summary>An alerting rule as it stands in rules/, whose form is the same for all of them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="For">How long it waits, as written.</param>
/// <param name="Severity">critical or warning.</param>
/// <param name="Summary">One line.</param>
/// <param name="Description">More of them.</param>
/// <param name="Runbook">The page about it.</param>
internal sealed partial record AlertRule(string Name, string For, string Severity, string Summary, string Description, string Runbook)
{
    /// <summary>The files with recording and alerting rules.</summary>
    public static string[] Files { get; } = [.. RepositoryTree.Files(".rules.yml").Where(path => path.StartsWith("rules/", StringComparison.Ordinal))];

    /// <summary>All of them; one that lacks a part throws.</summary>
    public static IReadOnlyList<AlertRule> ReadAll() => [.. Files.SelectMany(path => Blocks().Split(RepositoryTree.Read(path)).Skip(1)).Select(Parse)];

    /// <summary>The thresholds, each with its value: <c>im:threshold:latency_p50_seconds</c> or, where there are two, <c>im:threshold:delivery_ratio critical</c>.</summary>
    public static IReadOnlyDictionary<string, string> Thresholds() => ThresholdLines().Matches(RepositoryTree.Read("rules/im-thresholds.rules.yml"))
        .ToDictionary(line => (line.Groups["name"].Value + " " + line.Groups["severity"].Value).Trim(), line => line.Groups["value"].Value);

    private static AlertRule Parse(string block)
    {
        Match match = Form().Match(block);
        return match.Success
            ? new(match.Groups["name"].Value, match.Groups["for"].Value, match.Groups["severity"].Value, match.Groups["summary"].Value,
                match.Groups["description"].Value, match.Groups["runbook"].Value)
            : throw new FormatException($"An alert without severity, for, summary, description or runbook, or not in this order:\n{block}");
    }

    [GeneratedRegex(@"^ +- alert: ", RegexOptions.Multiline)]
    private static partial Regex Blocks();

    [GeneratedRegex("""
        \A(?<name>\w+)\n +expr: .+?\n +for: (?<for>\w+)\n +labels: \{severity: (?<severity>critical|warning)[^}\n]*\}
         +annotations:\n +summary: (?<summary>.+)\n +description: >-\n(?<description>.+?)\n +runbook: (?<runbook>\S+)\n
        """, RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex(@"record: '(?<name>im:threshold:\w+)'(, labels: \{severity: (?<severity>\w+)\})?, expr: vector\((?<value>[0-9.]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex ThresholdLines();
}

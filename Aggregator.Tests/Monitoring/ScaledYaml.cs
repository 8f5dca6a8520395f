using System.Globalization;
using System.Text.RegularExpressions;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Monitoring;

/// <summary>
/// The rules and the Alertmanager's configuration with all durations made shorter, for windows of seconds. What is said of messages counts windows, so its durations shrink as
/// the window does. What is said of the service itself shrinks less: it must not take a machine that is busy for some seconds for a service that is down.
/// </summary>
internal static partial class ScaledYaml
{
    /// <summary>Windows of 2 s in place of 1 min.</summary>
    private const int OfMessages = 30;

    private const int OfService = 3;

    /// <summary>Writes scaled copies of all rules but those of hosts into a folder, and returns their paths.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="resultAge">In place of the five windows of the threshold, since lateness and time-outs do not shrink.</param>
    public static string[] WriteRules(string folder, TimeSpan resultAge)
    {
        List<string> paths = [];
        foreach (string path in AlertRule.Files.Where(path => !path.Contains("node", StringComparison.Ordinal)))
        {
            // A group of the service's own begins with "- name: aggregator-" and ends where the next one or the file does.
            IEnumerable<string> groups = Groups().Split(RepositoryTree.Read(path))
                .Select(group => Shrink(group, group.StartsWith("aggregator-", StringComparison.Ordinal) ? OfService : OfMessages));
            string text = string.Join("  - name: ", groups);
            text = ResultAge().Replace(text, string.Create(CultureInfo.InvariantCulture, $"$1vector({resultAge.TotalSeconds})"));
            string copy = Path.Combine(folder, Path.GetFileName(path));
            File.WriteAllText(copy, text);
            paths.Add(copy);
        }
        return [.. paths];
    }

    /// <summary>The Alertmanager's configuration of deploy/ with its receivers led to <paramref name="receiver"/>, each under its name.</summary>
    public static string Alertmanager(Uri receiver) =>
        Receivers().Replace(Waits().Replace(RepositoryTree.Read("deploy/alertmanager.yml"), wait => wait.Groups[1].Value + Shorter(wait.Groups[2].Value, OfMessages)), $"{receiver}$1");

    private static string Shrink(string rules, int factor) => Durations().Replace(rules, duration => duration.Groups[1].Value + Shorter(duration.Groups[2].Value, factor));

    private static string Shorter(string duration, int factor)
    {
        int seconds = int.Parse(duration[..^1], CultureInfo.InvariantCulture) * duration[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => throw new FormatException(duration) };
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, seconds / factor)}s");
    }

    [GeneratedRegex(@"^  - name: ", RegexOptions.Multiline)]
    private static partial Regex Groups();

    [GeneratedRegex(@"(\[|\boffset |\bfor: |\binterval: )([0-9]+[smhd])\b")]
    private static partial Regex Durations();

    [GeneratedRegex(@"(group_wait: |group_interval: |repeat_interval: )([0-9]+[smhd])\b")]
    private static partial Regex Waits();

    [GeneratedRegex("(record: 'im:threshold:result_age_seconds', expr: )vector\\([0-9]+\\)")]
    private static partial Regex ResultAge();

    [GeneratedRegex(@"https://example\.com/([a-z-]+)")]
    private static partial Regex Receivers();
}

using System.Collections;
using Aggregator.Host.Settings;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>The documents name every setting with its default, and none that there is not.</summary>
public sealed class SettingsDocumentTests
{
    [Fact]
    public void The_settings_document_has_every_setting_with_its_default() =>
        Assert.Equal(Known(), Documented(RepositoryTree.Read("docs/settings.md")));

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void So_has_the_table_of_the_readme(string file)
    {
        // tables side by side: | setting | default | | setting | default |
        IEnumerable<string[]> rows = RepositoryTree.Read(file).Split('\n')
            .SkipWhile(line => !line.StartsWith("| `Aggregation:`", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|'))
            .Skip(2).Select(Cells);

        IEnumerable<string> documented = rows.SelectMany(row =>
            Described("Aggregation", row[0], row[1]).Concat(Described("Kafka", row[3], row[4])).Concat(Described("RemoteWrite", row[6], row[7])));

        Assert.Equal(Known(), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Known() => SettingsLoader.Load(null, [], new Hashtable()).Values
        .Where(value => !value.Name.StartsWith("Fields:", StringComparison.Ordinal))
        .Select(value => $"{value.Name} {DefaultOf(value)}")
        .Concat(["Kafka:Properties {}", "RemoteWrite:ExternalLabels {}", "RemoteWrite:Headers {}"]) // shown by their keys, so not at all where there is none
        .Order(StringComparer.Ordinal);

    // What is described in words: the size of the window, and nothing.
    private static string DefaultOf(SettingValue value) => value switch
    {
        { Name: "Aggregation:AckTimeout" } or { Text: "" } => "(words)",
        _ => value.Text,
    };

    private static IEnumerable<string> Documented(string document)
    {
        List<string> documented = [];
        string section = "";
        foreach (string line in document.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                section = line[3..].Trim();
            }
            else if (line.StartsWith("| `", StringComparison.Ordinal))
            {
                string[] cells = Cells(line);
                documented.AddRange(Described(section, cells[0], cells[1]));
            }
        }
        return documented.Order(StringComparer.Ordinal);
    }

    /// <summary>A row may name several settings with as many defaults, or one for all of them.</summary>
    private static IEnumerable<string> Described(string section, string names, string defaults)
    {
        string[] all = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] values = all.Length == 1 ? [defaults] : defaults.Split(',', StringSplitOptions.TrimEntries);
        return all.Select((name, i) => $"{section}:{name.Trim('`')} {Plain(values[Math.Min(i, values.Length - 1)])}");
    }

    private static string Plain(string value) => value.Length > 2 && value.StartsWith('`') && value.EndsWith('`') ? value.Trim('`') : "(words)";

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];
}

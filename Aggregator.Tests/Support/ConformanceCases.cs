using System.Collections;
using Aggregator.Host.Settings;
using Xunit;

namespace Aggregator.Tests.Support;

/// <summary>Finds and loads the published cases: the folder <c>shared/conformance</c> in a folder above the test assembly.</summary>
public static class ConformanceCases
{
    /// <summary>What a theory shows in place of the cases where they are not there.</summary>
    public const string Absent = "(../shared/conformance is absent)";

    private static readonly string? Root = Find();

    /// <summary>The names of all cases, or <see cref="Absent"/> alone: a theory without data would fail, one with a skipped case is seen.</summary>
    public static TheoryData<string> Names() => Root is null ? [Absent] : [.. Directory.GetDirectories(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Loads a case; skips the running test where there are none.</summary>
    public static ConformanceCase Load(string name)
    {
        Assert.SkipWhen(Root is null, "../shared/conformance is not there");
        string folder = Path.Combine(Root, name);
        SettingsResult settings = SettingsLoader.Load(Path.Combine(folder, "settings.json"), [], new Hashtable());
        Assert.True(settings.Settings is not null, SettingErrors.Format(settings.Errors));
        return new(
            name,
            folder,
            settings.Settings,
            [.. File.ReadLines(Path.Combine(folder, "input.jsonl")).Select(EnvelopeRecord.Parse)],
            File.ReadAllLines(Path.Combine(folder, "expected.jsonl")),
            File.ReadAllText(Path.Combine(folder, "summary.json")));
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "conformance");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }
        return null;
    }
}

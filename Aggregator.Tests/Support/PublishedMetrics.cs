using System.Text.RegularExpressions;

namespace Aggregator.Tests.Support;

/// <summary>The names of the series that the service publishes, and those that a text speaks of.</summary>
internal static partial class PublishedMetrics
{
    /// <summary>Every series' name without dimensions: <c>im_online_users</c>, <c>im_latency_seconds_bucket</c>, …</summary>
    public static async Task<HashSet<string>> NamesAsync()
    {
        using MetricsFixture metrics = new(withProcess: true);
        HashSet<string> known = [];
        foreach (string type in await metrics.SamplesAsync("# TYPE "))
        {
            string[] words = type.Split(' ');
            string[] suffixes = words[3] == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
            known.UnionWith(suffixes.Select(suffix => words[2] + suffix));
        }
        return known;
    }

    /// <summary>Names in <paramref name="text"/>, a family of a dimension set by the name of the family it belongs to; recorded ones, which have colons, left out.</summary>
    public static IEnumerable<string> In(string text) => Names().Matches(text).Select(match => Dimensions().Replace(match.Value, "")).Distinct();

    [GeneratedRegex(@"(?<![\w:/-])(im|aggregator|process|dotnet)_[a-z0-9_]+(?![\w:])")]
    private static partial Regex Names();

    [GeneratedRegex("_by_[a-z0-9_]*$")]
    private static partial Regex Dimensions();
}

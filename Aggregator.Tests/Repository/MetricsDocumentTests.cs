using System.Text.RegularExpressions;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>docs/metrics.md names every metric of the page, and none besides.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public async Task The_document_has_the_families_of_the_page_with_their_types()
    {
        using MetricsFixture metrics = new(withProcess: true);
        IEnumerable<string> shown = (await metrics.SamplesAsync("# TYPE ")).Select(line => line["# TYPE ".Length..]);

        IEnumerable<string> documented = Rows().Matches(RepositoryTree.Read("docs/metrics.md")).Select(row => $"{row.Groups["name"]} {row.Groups["type"]}");

        Assert.Equal(shown.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_document_has_the_labels_of_the_page()
    {
        using MetricsFixture metrics = new(withProcess: true);
        metrics.Status.Partitions = [new("ack", 0, 1, 2, 1_712_345_700_500, Idle: false, Rejected: 0, Late: 0)];
        metrics.Status.OutputFailures.GetOrAdd("prometheus", _ => new());
        metrics.Status.OutputDropped.GetOrAdd("prometheus", _ => new());
        metrics.Status.OutputQueued.GetOrAdd("prometheus", _ => new());
        await metrics.PublishAsync(WindowBuilder.At(0).Total(online: 1, samples: [7], acks: 1, errors: [("E_OFFLINE", 1)], sent: 1, delivered: 1).Final);
        Dictionary<string, string> documented = Rows().Matches(RepositoryTree.Read("docs/metrics.md"))
            .ToDictionary(row => row.Groups["name"].Value, row => row.Groups["labels"].Value);

        IEnumerable<string> differing = (await metrics.TextAsync()).Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith('#') && !line.Contains("_bucket{", StringComparison.Ordinal))
            .Select(line => Samples().Match(line))
            .Select(sample => (Name: sample.Groups["name"].Value, Labels: string.Join(',', Labels().Matches(sample.Groups["labels"].Value).Select(label => label.Groups[1].Value))))
            .Where(sample => documented.TryGetValue(sample.Name, out string? labels) && labels != sample.Labels)
            .Select(sample => $"{sample.Name}{{{sample.Labels}}}").Distinct();

        Assert.Empty(differing);
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9_]+)(\{(?<labels>[a-z_,]+)\})?` \| (?<type>gauge|counter|histogram) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"^(?<name>[a-z0-9_]+)(\{(?<labels>.*)\})? ")]
    private static partial Regex Samples();

    [GeneratedRegex("([a-z_]+)=\"")]
    private static partial Regex Labels();
}

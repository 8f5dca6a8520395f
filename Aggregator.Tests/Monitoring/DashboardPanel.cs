using System.Text.Json;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Monitoring;

/// <summary>A panel of a dashboard in dashboards/, as Grafana reads it.</summary>
/// <param name="File">The dashboard.</param>
/// <param name="Json">The panel.</param>
internal sealed record DashboardPanel(string File, JsonElement Json)
{
    /// <summary>The dashboards.</summary>
    public static string[] Files { get; } =
        [.. RepositoryTree.Files(".json").Where(path => path.StartsWith("dashboards/", StringComparison.Ordinal))];

    public string Title => Json.GetProperty("title").GetString()!;

    public string Type => Json.GetProperty("type").GetString()!;

    /// <summary>Its queries as written, with Grafana's variables.</summary>
    public IReadOnlyList<string> Queries => [.. Json.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("expr").GetString()!)];

    /// <summary>The values at which its colours change, the lowest colour left out.</summary>
    public IReadOnlyList<string> Thresholds => [.. Json.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("thresholds").GetProperty("steps").EnumerateArray()
        .Select(step => step.GetProperty("value")).Where(value => value.ValueKind == JsonValueKind.Number).Select(value => value.GetRawText())];

    public static JsonElement Dashboard(string file)
    {
        using JsonDocument document = JsonDocument.Parse(RepositoryTree.Read(file));
        return document.RootElement.Clone();
    }

    /// <summary>All panels that are not the title of a row.</summary>
    public static IReadOnlyList<DashboardPanel> Of(string file) => [.. Dashboard(file).GetProperty("panels").EnumerateArray()
        .Select(panel => new DashboardPanel(file, panel)).Where(panel => panel.Type != "row")];
}

using System.Text.Json;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Monitoring;

/// <summary>The dashboards in dashboards/ have the form that Grafana 10 to 13 reads, explain themselves, and draw the thresholds of the rules.</summary>
public sealed class DashboardFileTests
{
    /// <summary>Panels that come with every Grafana of these versions; graph, singlestat and table-old are gone.</summary>
    private static readonly string[] PanelTypes = ["timeseries", "stat", "bargauge", "heatmap", "state-timeline", "table"];

    /// <summary>Panels that draw a threshold, and those that they draw, from the lowest.</summary>
    private static readonly Dictionary<string, string[]> Drawn = new()
    {
        ["Delivery ratio"] = ["im:threshold:delivery_ratio critical", "im:threshold:delivery_ratio warning"],
        ["Delivery ratio with its interval"] = ["im:threshold:delivery_ratio critical", "im:threshold:delivery_ratio warning"],
        ["Delivery ratio by $dimension"] = ["im:threshold:delivery_ratio critical", "im:threshold:delivery_ratio warning"],
        ["Latency P50"] = ["im:threshold:latency_p50_seconds"],
        ["Latency percentiles"] = ["im:threshold:latency_p50_seconds"],
        ["Latency P50 by $dimension"] = ["im:threshold:latency_p50_seconds"],
        ["Latency P95"] = ["im:threshold:latency_p95_seconds"],
        ["Latency P95 by $dimension"] = ["im:threshold:latency_p95_seconds"],
        ["Latency P99"] = ["im:threshold:latency_p99_seconds"],
        ["Age of the results"] = ["im:threshold:result_age_seconds"],
        ["Age of the results over time"] = ["im:threshold:result_age_seconds"],
        ["Lag in seconds of reading"] = ["im:threshold:lag_seconds"],
        ["Share of rejected records"] = ["im:threshold:rejected_share"],
        ["Share of late facts"] = ["im:threshold:late_share"],
    };

    /// <summary>Panels of a state that is 0 or 1.</summary>
    private static readonly string[] States = ["Ready", "Kafka"];

    public static TheoryData<string> Files => [.. DashboardPanel.Files];

    [Fact]
    public void There_are_two_and_their_addresses_stay() =>
        Assert.Equal(["im-aggregator", "im-overview"], DashboardPanel.Files.Select(file => DashboardPanel.Dashboard(file).GetProperty("uid").GetString()));

    [Theory]
    [MemberData(nameof(Files))]
    public void It_is_of_a_schema_that_all_of_them_read_and_asks_for_source_and_job(string file)
    {
        JsonElement dashboard = DashboardPanel.Dashboard(file);

        Assert.InRange(dashboard.GetProperty("schemaVersion").GetInt32(), 36, 39);
        Assert.Equal(JsonValueKind.Null, dashboard.GetProperty("id").ValueKind);
        Assert.NotEqual("", dashboard.GetProperty("title").GetString());
        JsonElement[] variables = [.. dashboard.GetProperty("templating").GetProperty("list").EnumerateArray()];
        Assert.Equal(["datasource datasource", "job query"], variables.Take(2).Select(variable => $"{variable.GetProperty("name")} {variable.GetProperty("type")}"));
        Assert.All(variables.Skip(1), variable => Assert.Equal("${datasource}", variable.GetProperty("datasource").GetProperty("uid").GetString()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_panel_has_a_title_a_description_a_unit_a_place_and_the_chosen_source(string file)
    {
        HashSet<(int X, int Y)> taken = [];
        Assert.All(DashboardPanel.Of(file), panel =>
        {
            Assert.Contains(panel.Type, PanelTypes);
            Assert.NotEqual("", panel.Title);
            Assert.True(panel.Json.GetProperty("description").GetString() is { Length: > 20 } description && description.EndsWith('.'), panel.Title);
            Assert.NotEqual("", panel.Json.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString());
            Assert.Equal("${datasource}", panel.Json.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.NotEmpty(panel.Queries);
            Assert.All(panel.Queries, query => Assert.True(query.Contains("job=~\"$job\"", StringComparison.Ordinal) || query.Contains("ALERTS", StringComparison.Ordinal), query));
            JsonElement place = panel.Json.GetProperty("gridPos");
            (int x, int y, int width, int height) = (Number(place, "x"), Number(place, "y"), Number(place, "w"), Number(place, "h"));
            Assert.InRange(x + width, 1, 24);
            Assert.All(Enumerable.Range(x, width), column => Assert.All(Enumerable.Range(y, height), row => Assert.True(taken.Add((column, row)), $"{panel.Title} lies on another")));
        });
        int[] ids = [.. DashboardPanel.Dashboard(file).GetProperty("panels").EnumerateArray().Select(panel => Number(panel, "id"))];
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public void Thresholds_are_those_of_the_rules()
    {
        IReadOnlyDictionary<string, string> rules = AlertRule.Thresholds();
        DashboardPanel[] panels = [.. DashboardPanel.Files.SelectMany(DashboardPanel.Of).Where(panel => panel.Thresholds.Count > 0 && !States.Contains(panel.Title))];

        Assert.Equal(Drawn.Keys.Order(StringComparer.Ordinal), panels.Select(panel => panel.Title).Distinct().Order(StringComparer.Ordinal));
        Assert.All(panels, panel => Assert.Equal(Drawn[panel.Title].Select(name => rules[name]), panel.Thresholds));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_metric_in_a_query_exists(string file)
    {
        HashSet<string> known = await PublishedMetrics.NamesAsync();

        Assert.DoesNotContain(DashboardPanel.Of(file).SelectMany(panel => panel.Queries).SelectMany(PublishedMetrics.In), name => !known.Contains(name));
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}

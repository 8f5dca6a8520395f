using System.Text.Json.Nodes;
using Aggregator.Core.Publishing;

namespace Aggregator.Core.RemoteWrite;

/// <summary>Writes down which series the latest windows had, and reads it again: a replay that goes on must end those that its next window lacks.</summary>
internal sealed class LifetimeState(IReadOnlyList<GaugeFamily> gauges, IReadOnlyList<GaugeFamily> histograms, IReadOnlyList<SeriesLifetimes> lifetimes)
{
    public JsonArray ToJson() => [.. lifetimes.Select(Json)];

    public void Read(JsonArray json)
    {
        Dictionary<string, GaugeFamily> gaugesByName = gauges.ToDictionary(family => family.Name);
        Dictionary<string, GaugeFamily> histogramsByName = histograms.ToDictionary(family => family.Name);
        for (int i = 0; i < lifetimes.Count; i++)
        {
            if (json[i] is JsonObject of)
            {
                Dictionary<string, GaugeFamily> families = i == lifetimes.Count - 1 ? histogramsByName : gaugesByName;
                lifetimes[i].Restore(new((long)of["start"]!, (long)of["size"]!), of["series"]!.AsArray().Select(series => Key(series!.AsArray(), families)));
            }
        }
    }

    private static JsonNode? Json(SeriesLifetimes of) => of.Latest is not { } latest ? null : new JsonObject
    {
        ["start"] = latest.StartMs,
        ["size"] = latest.SizeMs,
        ["series"] = new JsonArray([.. of.Series.Select(series =>
            new JsonArray([series.Family.Name, .. series.LabelValues.Select(value => (JsonNode?)JsonValue.Create(value))]))]),
    };

    private static SeriesKey Key(JsonArray series, Dictionary<string, GaugeFamily> families) =>
        new(families[(string)series[0]!], [.. series.Skip(1).Select(value => (string)value!)]);
}

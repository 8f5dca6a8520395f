using System.Text.Json.Nodes;
using Aggregator.Core.Comparison;

namespace Aggregator.Tests.Comparison;

/// <summary>Keeps differences for a test to look at.</summary>
internal sealed class ListedDifferences : IDifferenceReport
{
    public List<WindowDifference> All { get; } = [];

    public void Take(WindowDifference difference) => All.Add(difference);

    public JsonNode? Save() => JsonValue.Create(All.Count);

    public void Complete()
    {
        // nothing is held back
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

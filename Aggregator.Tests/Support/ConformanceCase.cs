using Aggregator.Host.Settings;

namespace Aggregator.Tests.Support;

/// <summary>One published case: what goes into a replay and what comes out.</summary>
/// <param name="Name">The name of its folder.</param>
/// <param name="Folder">Its folder; <c>settings.json</c> and <c>input.jsonl</c> lie there.</param>
/// <param name="Settings">The settings, loaded as the program loads them.</param>
/// <param name="Records">The input, decoded from its envelope, in the order of the lines.</param>
/// <param name="Expected">The lines of the results.</param>
/// <param name="Summary">The summary.</param>
public sealed record ConformanceCase(
    string Name, string Folder, AggregatorSettings Settings, IReadOnlyList<EnvelopeRecord> Records, IReadOnlyList<string> Expected, string Summary);

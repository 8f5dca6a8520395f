using System.CommandLine;
using System.Text.Json.Nodes;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Backfill;

/// <summary>What a kind of output is asked to open.</summary>
/// <param name="Parsed">The command line, for options of its own.</param>
/// <param name="Paths">The files of <c>--output</c> with its extension; <c>-</c> is stdout.</param>
/// <param name="Settings">The settings in force.</param>
/// <param name="FromMs">The start of the first window that will be given, ms since the epoch; null where that is not known: the first that there is.</param>
/// <param name="ToMs">The end of the range, ms since the epoch; null for the last window that there is.</param>
/// <param name="Saved">What outputs saved, by name, where the replay goes on (<c>--resume</c>); empty where it begins.</param>
public sealed record ReplayOutputRequest(
    ParseResult Parsed, IReadOnlyList<string> Paths, AggregatorSettings Settings, long? FromMs, long? ToMs, IReadOnlyDictionary<string, JsonNode?> Saved);

using System.Text.Json.Nodes;

namespace Aggregator.Core.Comparison;

/// <summary>What a comparison came to so far.</summary>
internal sealed record ComparisonCounts
{
    /// <summary>Windows of the replay.</summary>
    public long Windows { get; init; }

    /// <summary>Those of which anything is stored.</summary>
    public long Recorded { get; init; }

    /// <summary>Those of which a result, or both, is stored nowhere.</summary>
    public long Missing { get; init; }

    /// <summary>Those that are stored with other values.</summary>
    public long Differing { get; init; }

    /// <summary>Values that were compared.</summary>
    public long Values { get; init; }

    /// <summary>Those that differ, and those that are stored and should not be.</summary>
    public long Differences { get; init; }

    public static ComparisonCounts Read(JsonNode saved) => new()
    {
        Windows = (long)saved["windows"]!,
        Recorded = (long)saved["recorded"]!,
        Missing = (long)saved["missing"]!,
        Differing = (long)saved["differing"]!,
        Values = (long)saved["values"]!,
        Differences = (long)saved["differences"]!,
    };

    public JsonObject ToJson() => new()
    {
        ["windows"] = Windows,
        ["recorded"] = Recorded,
        ["missing"] = Missing,
        ["differing"] = Differing,
        ["values"] = Values,
        ["differences"] = Differences,
    };
}

using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Aggregator.Tests.Support;

/// <summary>
/// Compares result lines and summaries of SPEC section 7 as JSON, within the tolerances of section 4. The expected side holds exact values.
/// Lines come in their order, members of an object in any.
/// </summary>
public static class ResultComparer
{
    private const long LargestExactLatency = 4_095;
    private const double LatencyTolerance = 0.002;
    private const long LargestExactUsers = 65_536;

    // Five standard errors of 0.65 %: one in two million windows is off by more.
    private const double UsersTolerance = 5 * 0.0065;
    private const double FractionTolerance = 1e-9;

    /// <summary>The first difference between two lists of result lines, in words; null where they are equal.</summary>
    public static string? Difference(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            if (Difference(expected[i], actual[i]) is { } difference)
            {
                return $"line {i + 1}: {difference}\n  expected: {expected[i]}\n  actual:   {actual[i]}";
            }
        }
        return expected.Count == actual.Count ? null
            : expected.Count > actual.Count ? $"line {actual.Count + 1} of {expected.Count} is missing:\n  expected: {expected[actual.Count]}"
            : $"line {expected.Count + 1} is one too many:\n  actual:   {actual[expected.Count]}";
    }

    /// <summary>The first difference between two summaries, or two result lines; null where they are equal.</summary>
    public static string? Difference(string expected, string actual)
    {
        try
        {
            using JsonDocument left = JsonDocument.Parse(expected);
            using JsonDocument right = JsonDocument.Parse(actual);
            return Difference("", left.RootElement, right.RootElement);
        }
        catch (JsonException e)
        {
            return $"no JSON: {e.Message}";
        }
    }

    /// <summary>Fails the test with the first difference.</summary>
    public static void AssertEqual(IReadOnlyList<string> expected, string expectedSummary, IReadOnlyList<string> actual, string actualSummary, string context = "")
    {
        AssertNone(Difference(expected, actual), context);
        AssertNone(Difference(expectedSummary, actualSummary) is { } difference ? $"summary: {difference}\n  expected: {expectedSummary}\n  actual:   {actualSummary}" : null, context);
    }

    private static void AssertNone(string? difference, string context) => Assert.True(difference is null, context.Length == 0 ? difference : $"{context}: {difference}");

    private static string? Difference(string path, JsonElement expected, JsonElement actual)
    {
        if (expected.ValueKind != actual.ValueKind)
        {
            return $"{Name(path)} is {actual.GetRawText()}, expected {expected.GetRawText()}";
        }
        return expected.ValueKind switch
        {
            JsonValueKind.Object => MembersDifference(path, expected, actual),
            JsonValueKind.Number when AreEqual(path, expected, actual) => null,
            JsonValueKind.String when expected.GetString() == actual.GetString() => null,
            _ => $"{Name(path)} is {actual.GetRawText()}, expected {expected.GetRawText()}",
        };
    }

    private static string? MembersDifference(string path, JsonElement expected, JsonElement actual)
    {
        foreach (JsonProperty member in expected.EnumerateObject())
        {
            string name = path + "/" + member.Name;
            if (!actual.TryGetProperty(member.Name, out JsonElement value))
            {
                return $"{Name(name)} is absent, expected {member.Value.GetRawText()}";
            }
            if (Difference(name, member.Value, value) is { } difference)
            {
                return difference;
            }
        }
        HashSet<string> seen = [];
        foreach (JsonProperty member in actual.EnumerateObject())
        {
            if (!seen.Add(member.Name))
            {
                return $"{Name(path + "/" + member.Name)} stands there twice";
            }
            if (!expected.TryGetProperty(member.Name, out _))
            {
                return $"{Name(path + "/" + member.Name)} is {member.Value.GetRawText()}, expected none";
            }
        }
        return null;
    }

    private static bool AreEqual(string path, JsonElement expected, JsonElement actual)
    {
        switch (path)
        {
            case "/latency_ms/mean" or "/delivery_ratio":
                double wanted = expected.GetDouble();
                return Math.Abs(actual.GetDouble() - wanted) <= FractionTolerance * Math.Abs(wanted);
            case "/latency_ms/p50" or "/latency_ms/p95" or "/latency_ms/p99":
                return IsWithin(expected, actual, LargestExactLatency, LatencyTolerance);
            case "/online_users":
                return IsWithin(expected, actual, LargestExactUsers, UsersTolerance);
            default:
                return Whole(expected) == Whole(actual);
        }
    }

    private static bool IsWithin(JsonElement expected, JsonElement actual, long largestExact, double tolerance)
    {
        decimal wanted = Whole(expected);
        return Math.Abs(Whole(actual) - wanted) <= (wanted <= largestExact ? 0 : (decimal)tolerance * wanted);
    }

    // 1.0 and 1 are one number
    private static decimal Whole(JsonElement number) => decimal.Parse(number.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Name(string path) => path.Length == 0 ? "the value" : path[1..].Replace('/', '.');
}

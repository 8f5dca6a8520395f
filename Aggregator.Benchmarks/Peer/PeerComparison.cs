using System.Globalization;
using System.Text.Json.Nodes;

namespace Aggregator.Benchmarks.Peer;

/// <summary>Whether two programs found the same: lines of SPEC section 7, of the total group. A comparison of speed is worth nothing without.</summary>
internal static class PeerComparison
{
    private const long ExactUsers = 65_536;

    // Four standard errors of our estimate, and what SPEC section 4 allows for a percentile beyond 4,096 ms.
    private const double UsersTolerance = 0.026;
    private const double LatencyTolerance = 0.002;

    /// <summary>Compares the windows that are in both files; the last ones are final in either at another time.</summary>
    /// <returns>How many windows were compared.</returns>
    /// <exception cref="InvalidOperationException">A window differs, or more than one is missing in a file.</exception>
    public static int Compare(string ours, string theirs)
    {
        Dictionary<long, JsonObject> left = Read(ours);
        Dictionary<long, JsonObject> right = Read(theirs);
        int both = left.Keys.Count(right.ContainsKey);
        if (both == 0 || Math.Max(left.Count, right.Count) > both + 1)
        {
            throw new InvalidOperationException($"Of {left.Count} and {right.Count} windows only {both} are in both.");
        }
        foreach ((long start, JsonObject window) in left.Where(window => right.ContainsKey(window.Key)))
        {
            Compare(start, window, right[start]);
        }
        return both;
    }

    private static Dictionary<long, JsonObject> Read(string path) =>
        File.ReadLines(path).Select(line => JsonNode.Parse(line)!.AsObject()).ToDictionary(window => (long)window["window_start"]!);

    private static void Compare(long start, JsonObject ours, JsonObject theirs)
    {
        foreach (string name in (string[])["received", "acks", "sent", "delivered"])
        {
            Check(start, name, (double)ours[name]!, (double)theirs[name]!, 0);
        }
        double users = (double)theirs["online_users"]!;
        Check(start, "online_users", (double)ours["online_users"]!, users, users > ExactUsers ? UsersTolerance : 0);
        foreach (string name in (string[])["p50", "p95", "p99", "max"])
        {
            Check(start, name, (double)ours["latency_ms"]![name]!, (double)theirs["latency_ms"]![name]!, LatencyTolerance);
        }
    }

    private static void Check(long start, string name, double ours, double theirs, double tolerance)
    {
        if (Math.Abs(ours - theirs) > tolerance * theirs)
        {
            string at = DateTimeOffset.FromUnixTimeMilliseconds(start).ToString("u", CultureInfo.InvariantCulture);
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{name} of the window of {at}: {ours} here, {theirs} in Java."));
        }
    }
}

using System.Globalization;

namespace Aggregator.Benchmarks.Input;

/// <summary>What a service says of itself on its page.</summary>
internal static class SelfMetricsText
{
    /// <returns>Records read since its start, of all topics and partitions.</returns>
    public static long RecordsRead(string page) => page.Split('\n')
        .Where(line => line.StartsWith("aggregator_records_total{", StringComparison.Ordinal))
        .Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}

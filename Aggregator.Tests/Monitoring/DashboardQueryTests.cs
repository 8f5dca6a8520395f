using System.Diagnostics;
using Xunit;

namespace Aggregator.Tests.Monitoring;

/// <summary>Every query of the dashboards, asked of the real Prometheus that scrapes the demo: none is refused, none finds nothing.</summary>
[Collection(nameof(MonitoredDemo))]
public sealed class DashboardQueryTests(MonitoredDemo demo)
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    public static TheoryData<string> Files => [.. DashboardPanel.Files];

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_query_finds_something(string file)
    {
        Assert.SkipWhen(demo.Missing is not null, demo.Missing ?? "");
        List<(string Panel, string Query)> empty = [.. DashboardPanel.Of(file).SelectMany(panel => panel.Queries.Select(query => (panel.Title, Filled(query))))];
        Assert.True(empty.Count > 20);
        long start = Stopwatch.GetTimestamp();

        // Some appear with the first alert only.
        while (empty.Count > 0 && Stopwatch.GetElapsedTime(start) < Bound)
        {
            List<(string, string)> still = [];
            foreach ((string panel, string query) in empty)
            {
                if (await demo.Prometheus.SeriesOfLastMinutesAsync(query, 5, Aborted) == 0)
                {
                    still.Add((panel, query));
                }
            }
            empty = still;
            await Task.Delay(empty.Count > 0 ? 500 : 0, Aborted);
        }

        Assert.Empty(empty);
    }

    /// <summary>With Grafana's variables filled in, and yesterday 10 s ago.</summary>
    private static string Filled(string query) => query
        .Replace("$job", "aggregator", StringComparison.Ordinal)
        .Replace("$dimension", "region", StringComparison.Ordinal)
        .Replace("$__rate_interval", "15s", StringComparison.Ordinal)
        .Replace("offset 1d", "offset 10s", StringComparison.Ordinal);
}

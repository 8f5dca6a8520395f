using Aggregator.Core.Publishing;
using Aggregator.Core.Sketches;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Input;

/// <summary>Results of windows with 770 groups: a page of a little over 10,000 series.</summary>
internal static class SamplePage
{
    private const int Groups = 770;

    private static readonly Lazy<IReadOnlyList<GroupResult>> Results = new(Make);

    public static AggregationSettings Settings { get; } = new() { Groups = [["node"]] };

    /// <param name="number">Which window, from 0 on.</param>
    public static FinalResults Window(int number)
    {
        WindowSpan span = new(SampleTraffic.StartMs + (number * 60_000L), 60_000);
        return new([new(span, [.. Results.Value.Select(group => group.Activity)])], [new(span, Results.Value)]);
    }

    /// <exception cref="InvalidOperationException">The page is not one of some 10,000 series.</exception>
    public static void Check(MetricsBody page)
    {
        int series = page.Pieces.Sum(piece => CountSeries(piece.Span));
        if (series is < 10_000 or > 12_000)
        {
            throw new InvalidOperationException($"the page has {series} series");
        }
    }

    private static List<GroupResult> Make()
    {
        LatencyHistogram samples = new();
        for (uint i = 0; i < 1_000; i++)
        {
            samples.Add(20 + (i * i % 977));
        }
        LatencyStatistics latency = new(samples.Percentile(0.5), samples.Percentile(0.95), samples.Percentile(0.99), samples.Mean, samples.Max, samples);
        List<GroupResult> groups = [];
        for (int i = -1; i < Groups; i++)
        {
            GroupKey key = i < 0 ? GroupKey.Total : GroupKey.Of(0, $"im-{i:0000}");
            GroupActivity activity = new(key, 5_000 + i, 1_000, latency, 900, [new("E_OFFLINE", 70), new("E_TIMEOUT", 30)]);
            groups.Add(new(key, activity, new(key, 1_000, 990)));
        }
        return groups;
    }

    private static int CountSeries(ReadOnlySpan<byte> text)
    {
        int series = 0;
        foreach (Range line in text.Split((byte)'\n'))
        {
            series += text[line] is [not (byte)'#', ..] ? 1 : 0;
        }
        return series;
    }
}

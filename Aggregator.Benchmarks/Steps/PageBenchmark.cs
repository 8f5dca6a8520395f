using Aggregator.Benchmarks.Input;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Sketches;
using Aggregator.Core.Windows;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>The page of a service with a little over 10,000 series: its text once a window, in which a scrape then finds it.</summary>
[MemoryDiagnoser]
public class PageBenchmark : IDisposable
{
    private const int Groups = 770;

    private readonly AggregationSettings _settings = new() { Groups = [["node"]] };
    private SelfMetrics _self = null!;
    private MetricsPage _page = null!;
    private PrometheusOutput _output = null!;
    private FinalResults _window = null!;

    [GlobalSetup]
    public void Setup()
    {
        _self = new(new ServiceStatus(), new FoldCounters(), "im-latency", "ack", new BuildInfo("1", "0", "10"));
        _output = new(_settings);
        _page = new(_output, _self);
        _window = Window();
        _output.PublishAsync(_window, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        MetricsBody body = _page.RenderAsync(PageFormat.Text, gzip: false, CancellationToken.None).GetAwaiter().GetResult();
        int series = body.Pieces.Sum(piece => CountSeries(piece.Span));
        if (series is < 10_000 or > 12_000)
        {
            throw new InvalidOperationException($"the page has {series} series");
        }
    }

    [Benchmark]
    public async Task<long> FirstScrape()
    {
        await using PrometheusOutput output = new(_settings);
        await output.PublishAsync(_window, CancellationToken.None);
        return (await new MetricsPage(output, _self).RenderAsync(PageFormat.Text, gzip: false, CancellationToken.None)).Length;
    }

    [Benchmark]
    public async Task<long> Scrape() => (await _page.RenderAsync(PageFormat.Text, gzip: false, CancellationToken.None)).Length;

    [Benchmark]
    public async Task<long> ScrapeGzip() => (await _page.RenderAsync(PageFormat.Text, gzip: true, CancellationToken.None)).Length;

    [GlobalCleanup]
    public void Dispose()
    {
        _self.Dispose();
        GC.SuppressFinalize(this);
    }

    private static FinalResults Window()
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
        WindowSpan span = new(SampleTraffic.StartMs, 60_000);
        return new([new(span, [.. groups.Select(group => group.Activity)])], [new(span, groups)]);
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

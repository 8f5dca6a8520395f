using Aggregator.Benchmarks.Input;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>The page of a service with a little over 10,000 series: its text once a window, in which a scrape then finds it.</summary>
[MemoryDiagnoser]
public class PageBenchmark : IDisposable
{
    private readonly AggregationSettings _settings = SamplePage.Settings;
    private SelfMetrics _self = null!;
    private MetricsPage _page = null!;
    private PrometheusOutput _output = null!;
    private FinalResults _window = null!;

    [GlobalSetup]
    public void Setup()
    {
        _self = new(new ServiceStatus(), new FoldCounters(), "im-latency", "ack", new BuildInfo("1", "0", "10"), new ProcessMetrics(TimeProvider.System));
        _output = new(_settings);
        _page = new(_output, _self);
        _window = SamplePage.Window(0);
        _output.PublishAsync(_window, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        SamplePage.Check(_page.RenderAsync(PageFormat.Text, gzip: false, CancellationToken.None).GetAwaiter().GetResult());
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
}

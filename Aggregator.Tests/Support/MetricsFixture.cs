using System.Text;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Tests.Support;

/// <summary>Everything behind a page of metrics, without Kafka: publish windows, count, read the page as text.</summary>
internal sealed class MetricsFixture : IDisposable
{
    /// <param name="groups">The dimension sets.</param>
    /// <param name="withProcess">Whether the page has process_* and dotnet_*, which differ from run to run.</param>
    public MetricsFixture(string[][]? groups = null, bool withProcess = false)
    {
        Aggregation = new AggregationSettings { Groups = groups ?? [] };
        Output = new(Aggregation);
        History = new(Status.HistoryDropped);
        Self = new(Status, Counters, "im-latency", "ack", new BuildInfo("1.2.3", "abc", "10.0.1"), withProcess ? new ProcessMetrics(TimeProvider.System) : null);
        Page = new(Output, Self);
    }

    public AggregationSettings Aggregation { get; }

    public ServiceStatus Status { get; } = new();

    public WindowHistory History { get; }

    public FoldCounters Counters { get; } = new();

    public PrometheusOutput Output { get; }

    public SelfMetrics Self { get; }

    public MetricsPage Page { get; }

    public static byte[] Bytes(MetricsBody body) => [.. body.Pieces.SelectMany(piece => piece.ToArray())];

    public async Task PublishAsync(FinalResults results)
    {
        await Output.PublishAsync(results, CancellationToken.None);
        await History.PublishAsync(results, CancellationToken.None);
    }

    public async Task<string> TextAsync(PageFormat format = PageFormat.Text) =>
        Encoding.UTF8.GetString(Bytes(await Page.RenderAsync(format, gzip: false, CancellationToken.None)));

    /// <summary>The lines of samples (no comments) whose name begins with <paramref name="prefix"/>.</summary>
    public async Task<string[]> SamplesAsync(string prefix, PageFormat format = PageFormat.Text) =>
        [.. (await TextAsync(format)).Split('\n').Where(line => line.StartsWith(prefix, StringComparison.Ordinal))];

    public void Dispose() => Self.Dispose();
}

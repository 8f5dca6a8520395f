namespace Aggregator.Core.Publishing;

/// <summary>
/// The page that Prometheus scrapes: what is known of windows, then what the service says of itself. The first part is one snapshot,
/// written once per publication; only the second is written per scrape.
/// </summary>
public sealed class MetricsPage(PrometheusOutput windows, SelfMetrics self)
{
    /// <summary>The page as it stands now.</summary>
    /// <param name="format">Its format.</param>
    /// <param name="gzip">Whether to compress it.</param>
    /// <param name="cancellation">Ends the wait for scrapes before this one.</param>
    public async Task<MetricsBody> RenderAsync(PageFormat format, bool gzip, CancellationToken cancellation)
    {
        PagePart windowPart = await windows.Current.PartAsync(format).ConfigureAwait(false);
        ReadOnlyMemory<byte> selfPart = await self.RenderAsync(format, cancellation).ConfigureAwait(false);
        return gzip ? MetricsBody.Gzip(windowPart, selfPart) : MetricsBody.Plain(windowPart, selfPart);
    }
}

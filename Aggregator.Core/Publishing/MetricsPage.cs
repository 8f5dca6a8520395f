using System.Collections.Concurrent;

namespace Aggregator.Core.Publishing;

/// <summary>
/// The page that Prometheus scrapes: what is known of windows, then what the service says of itself. The first part is one snapshot,
/// written once per publication; only the second is written per scrape, and once for all scrapes that come while it is being written: however many there are, they cost
/// no more than one after the other does.
/// </summary>
public sealed class MetricsPage(PrometheusOutput windows, SelfMetrics self)
{
    private readonly ConcurrentDictionary<(PageFormat Format, bool Gzip), Lazy<Task<MetricsBody>>> _underWay = new();

    /// <summary>The page as it stands now.</summary>
    /// <param name="format">Its format.</param>
    /// <param name="gzip">Whether to compress it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<MetricsBody> RenderAsync(PageFormat format, bool gzip, CancellationToken cancellation) =>
        _underWay.GetOrAdd((format, gzip), form => new(() => Task.Run(() => RenderOnceAsync(form.Format, form.Gzip), CancellationToken.None))).Value.WaitAsync(cancellation);

    private async Task<MetricsBody> RenderOnceAsync(PageFormat format, bool gzip)
    {
        try
        {
            PagePart windowPart = await windows.Current.PartAsync(format).ConfigureAwait(false);
            ReadOnlyMemory<byte> selfPart = await self.RenderAsync(format, CancellationToken.None).ConfigureAwait(false);
            return gzip ? MetricsBody.Gzip(windowPart, selfPart) : MetricsBody.Plain(windowPart, selfPart);
        }
        finally
        {
            _underWay.TryRemove((format, gzip), out _);
        }
    }
}

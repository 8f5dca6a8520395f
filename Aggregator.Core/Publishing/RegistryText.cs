using Prometheus;

namespace Aggregator.Core.Publishing;

/// <summary>Writes a registry as a part of a page.</summary>
internal static class RegistryText
{
    /// <summary>What a registry ends its text with in OpenMetrics. A page of several registries may have it only once, as its last line.</summary>
    private static ReadOnlySpan<byte> EndOfPage => "# EOF\n"u8;

    /// <param name="registry">The registry.</param>
    /// <param name="format">The format.</param>
    /// <param name="last">Whether the page ends with this part.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<ReadOnlyMemory<byte>> RenderAsync(CollectorRegistry registry, PageFormat format, bool last, CancellationToken cancellation)
    {
        MemoryStream text = new(64 * 1024);
        ExpositionFormat exposition = format == PageFormat.OpenMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText;
        await registry.CollectAndExportAsTextAsync(text, exposition, cancellation).ConfigureAwait(false);
        Memory<byte> written = text.GetBuffer().AsMemory(0, (int)text.Length);
        return !last && written.Span.EndsWith(EndOfPage) ? written[..^EndOfPage.Length] : written;
    }
}

using Prometheus;

namespace Aggregator.Core.Publishing;

/// <summary>Writes a registry as text that other text may follow.</summary>
internal static class RegistryText
{
    /// <summary>The last line of a page in OpenMetrics. A registry ends its own text with it; a page of several registries may have only one.</summary>
    public static ReadOnlySpan<byte> EndOfPage => "# EOF\n"u8;

    public static async Task<ReadOnlyMemory<byte>> RenderAsync(CollectorRegistry registry, PageFormat format, CancellationToken cancellation)
    {
        MemoryStream text = new(64 * 1024);
        ExpositionFormat exposition = format == PageFormat.OpenMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText;
        await registry.CollectAndExportAsTextAsync(text, exposition, cancellation).ConfigureAwait(false);
        Memory<byte> written = text.GetBuffer().AsMemory(0, (int)text.Length);
        return written.Span.EndsWith(EndOfPage) ? written[..^EndOfPage.Length] : written;
    }
}

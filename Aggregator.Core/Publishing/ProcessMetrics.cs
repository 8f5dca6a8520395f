using Prometheus;

namespace Aggregator.Core.Publishing;

/// <summary>
/// The families <c>process_*</c> and <c>dotnet_*</c>. To count threads and handles the library reads a file for each, three quarters of the time of a scrape; so they are
/// as of at most a second ago, which costs a storm of scrapes next to nothing and is less than any interval of scrapes.
/// </summary>
/// <param name="time">Tells how old they are.</param>
public sealed class ProcessMetrics(TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly CollectorRegistry _registry = NewRegistry();
    private readonly Dictionary<PageFormat, (long Taken, ReadOnlyMemory<byte> Text)> _texts = [];

    /// <summary>The last part of a page. Not to be called again before it is there.</summary>
    internal async Task<ReadOnlyMemory<byte>> RenderAsync(PageFormat format, CancellationToken cancellation)
    {
        if (_texts.TryGetValue(format, out (long Taken, ReadOnlyMemory<byte> Text) known) && time.GetElapsedTime(known.Taken) < MaxAge)
        {
            return known.Text;
        }
        ReadOnlyMemory<byte> text = await RegistryText.RenderAsync(_registry, format, last: true, cancellation).ConfigureAwait(false);
        _texts[format] = (time.GetTimestamp(), text);
        return text;
    }

    private static CollectorRegistry NewRegistry()
    {
        CollectorRegistry registry = Metrics.NewCustomRegistry();
        DotNetStats.Register(registry);
        return registry;
    }
}

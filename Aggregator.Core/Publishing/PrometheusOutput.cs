using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// Keeps what a scrape shows of windows: the gauges of the latest window whose activity is final and of the latest one whose delivery is, and the counters
/// over all windows since the start. Each publication replaces all of it at once; a scrape sees the one or the other, never a mixture.
/// </summary>
public sealed class PrometheusOutput : IResultOutput
{
    private volatile WindowSnapshot _current;

    /// <param name="settings">Its dimension sets, each of which has families of its own; they must be free of <see cref="MetricNames.Problems"/>.</param>
    /// <exception cref="ArgumentException">Two dimensions would have the same name in Prometheus.</exception>
    public PrometheusOutput(AggregationSettings settings)
    {
        IReadOnlyList<string> problems = MetricNames.Problems(settings.Groups);
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(settings));
        }
        _current = WindowSnapshot.Empty(new WindowGauges(settings.Groups));
    }

    public string Name => "prometheus";

    internal WindowSnapshot Current => _current;

    /// <summary>Returns when scrapes see the results; until then they see the previous ones.</summary>
    public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        WindowSnapshot previous = _current;
        WindowSnapshot next = previous.With(results);
        if (!ReferenceEquals(next, previous))
        {
            await next.PrepareAsync(previous).ConfigureAwait(false);
            _current = next;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

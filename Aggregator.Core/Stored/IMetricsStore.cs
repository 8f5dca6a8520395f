namespace Aggregator.Core.Stored;

/// <summary>Where recorded series are asked for.</summary>
public interface IMetricsStore : IDisposable
{
    /// <summary>Samples as they are stored, at their own times; the ends of series (stale markers) are none.</summary>
    /// <param name="selector">A selector, <c>up{job="im"}</c> for one.</param>
    /// <param name="fromMs">The first time that is of interest.</param>
    /// <param name="toMs">The last one.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="IOException">There is no answer, or none that can be used; the message says whose and why.</exception>
    Task<IReadOnlyList<StoredSeries>> SamplesAsync(string selector, long fromMs, long toMs, CancellationToken cancellation);

    /// <summary>What a query that gives one number gives from a time on in steps; times without an answer are left out.</summary>
    /// <param name="query">The query.</param>
    /// <param name="fromMs">The first time.</param>
    /// <param name="toMs">The last one.</param>
    /// <param name="stepMs">From one time to the next.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="IOException">As of <see cref="SamplesAsync"/>.</exception>
    Task<IReadOnlyList<StoredSample>> StepsAsync(string query, long fromMs, long toMs, long stepMs, CancellationToken cancellation);
}

namespace Aggregator.Core.Backfill;

/// <summary>What a Prometheus has stored already. Of two samples of one time it keeps one without a word, so that a backfill must ask before.</summary>
public interface IStoredSamples
{
    /// <summary>Looks for a time that is there already with another value.</summary>
    /// <param name="samples">What is to be written, series by series in the form of <c>name{label="value"}</c>.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>The first that was found, in words; null for none.</returns>
    /// <exception cref="IOException">Prometheus cannot be asked.</exception>
    Task<string?> FindOtherAsync(IEnumerable<(string Series, long TimeMs, double Value)> samples, CancellationToken cancellation);
}

using Aggregator.Core.Publishing;

namespace Aggregator.Core.Backfill;

/// <summary>Tries whether the files of a backfill can be used, before they get their names.</summary>
public interface IBackfillVerifier
{
    /// <summary>Tries them.</summary>
    /// <param name="files">All files, complete, in the order of time.</param>
    /// <param name="samples">How many samples are in them.</param>
    /// <param name="cancellation">Ends the trial.</param>
    /// <returns>What was found, for the person who watches.</returns>
    /// <exception cref="OutputRefusedException">They cannot be used; the message says why.</exception>
    /// <exception cref="IOException">They cannot be tried.</exception>
    Task<string> VerifyAsync(IReadOnlyList<string> files, long samples, CancellationToken cancellation);
}

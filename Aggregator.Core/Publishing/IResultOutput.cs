using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// A place where final results go. One caller at a time, results in the order of the windows. After a restart the first results may be ones
/// that an earlier run published already, with the same values: an output must take them so that a reader sees each once.
/// </summary>
public interface IResultOutput : IAsyncDisposable
{
    /// <summary>A short name for logs and for the label <c>output</c>.</summary>
    string Name { get; }

    /// <summary>Takes the results. Offsets are committed when they are safe as well, see <see cref="WhenSafe"/>.</summary>
    /// <exception cref="IOException">They could not be written; the caller tries again with the same results.</exception>
    ValueTask PublishAsync(FinalResults results, CancellationToken cancellation);

    /// <summary>
    /// Ends when all that was published so far is safe where it goes, or given up and counted. An output with a buffer of its own answers later; all others have their results
    /// safe when <see cref="PublishAsync"/> returns.
    /// </summary>
    Task WhenSafe() => Task.CompletedTask;
}

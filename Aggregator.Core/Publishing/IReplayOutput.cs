using System.Text.Json.Nodes;

namespace Aggregator.Core.Publishing;

/// <summary>
/// A place where a replay puts results. Other than the service a replay has an end, and what it could not finish it goes on with later: so an output can say where it
/// stands.
/// It gets whole windows only (<see cref="Windows.FinalResults.OfWhole"/>). <see cref="IResultOutput.PublishAsync"/> throws
/// <see cref="OutputRefusedException"/> where trying again is of no use: the replay then goes on without it. Its <see cref="IResultOutput.Name"/> tells it from the other outputs of the same replay: the path of its file, or an address without secrets.
/// </summary>
public interface IReplayOutput : IResultOutput
{
    /// <summary>Makes safe what was published so far, so that a replay that breaks off after this can go on from here.</summary>
    /// <returns>
    /// What the output needs to know to go on, given back to it when it is opened by <c>--resume</c>; it then takes the results that follow, and forgets what it had taken
    /// behind this point. Null where it needs nothing.
    /// </returns>
    /// <exception cref="IOException">It cannot be made safe.</exception>
    ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation);

    /// <summary>No results follow: completes what was written. Without it, what is there must not look complete.</summary>
    /// <returns>What it did, for the person who watches: <c>windows.jsonl: 61 windows, 183 lines</c>. Null for nothing to say.</returns>
    /// <exception cref="OutputRefusedException">It is not what it was meant to be; the message says what became of it.</exception>
    /// <exception cref="IOException">It cannot be completed.</exception>
    ValueTask<string?> CompleteAsync(CancellationToken cancellation);
}

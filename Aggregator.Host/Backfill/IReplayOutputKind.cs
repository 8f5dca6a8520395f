using System.CommandLine;
using Aggregator.Core.Publishing;

namespace Aggregator.Host.Backfill;

/// <summary>A kind of output of the verb <c>replay</c>: how it is asked for, and how it is opened.</summary>
public interface IReplayOutputKind
{
    /// <summary>The extension of the files in <c>--output</c> that it writes, <c>.om</c> for one; null where it is asked for by options of its own.</summary>
    string? Extension { get; }

    /// <summary>Adds options of its own to the verb.</summary>
    void AddOptions(Command command);

    /// <summary>Opens what was asked for: none, one or several.</summary>
    /// <exception cref="CommandFailedException">It cannot be done; the message says why and what to do.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    IEnumerable<IReplayOutput> Open(ReplayOutputRequest request);
}

using System.Text.Json.Nodes;

namespace Aggregator.Core.Comparison;

/// <summary>Takes what differs, in the order of the windows.</summary>
public interface IDifferenceReport : IAsyncDisposable
{
    /// <summary>Takes one difference.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    void Take(WindowDifference difference);

    /// <summary>Makes safe what it took, and says how it can be gone on with.</summary>
    JsonNode? Save();

    /// <summary>No difference follows.</summary>
    void Complete();
}

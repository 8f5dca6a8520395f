using System.Text.Json.Nodes;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Backfill;

/// <summary>All outputs of one replay, as one: each gets the same results, in the order of the windows.</summary>
public sealed class ReplayOutputs : IAsyncDisposable
{
    private readonly List<IReplayOutput> _outputs;

    private ReplayOutputs(List<IReplayOutput> outputs) => _outputs = outputs;

    public IEnumerable<string> Names => _outputs.Select(output => output.Name);

    /// <summary>Opens what the command line asks for; stdout where it asks for nothing.</summary>
    /// <param name="kinds">All kinds that there are; the first takes files of extensions that are nobody's.</param>
    /// <param name="request">What is common to all; <see cref="ReplayOutputRequest.Paths"/> has the files of all kinds.</param>
    /// <exception cref="CommandFailedException">One cannot be opened.</exception>
    public static async Task<ReplayOutputs> OpenAsync(IReadOnlyList<IReplayOutputKind> kinds, ReplayOutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentNullException.ThrowIfNull(request);
        ReplayOutputs outputs = new([]);
        try
        {
            ILookup<IReplayOutputKind, string> paths = request.Paths.Distinct(StringComparer.Ordinal).ToLookup(path => KindOf(path, kinds));
            foreach (IReplayOutputKind kind in kinds)
            {
                outputs._outputs.AddRange(kind.Open(request with { Paths = [.. paths[kind]] }));
            }
            if (outputs._outputs.Count == 0)
            {
                outputs._outputs.AddRange(kinds[0].Open(request with { Paths = ["-"] }));
            }
            return outputs;
        }
        catch
        {
            await outputs.DisposeAsync();
            throw;
        }
    }

    /// <summary>Hands results to all outputs; returns when all have taken them.</summary>
    public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        foreach (IReplayOutput output in _outputs)
        {
            await output.PublishAsync(results, cancellation);
        }
    }

    /// <summary>Makes safe what was published, and says how each output can be gone on with.</summary>
    public async Task<IReadOnlyDictionary<string, JsonNode?>> SaveAsync(CancellationToken cancellation)
    {
        Dictionary<string, JsonNode?> saved = [];
        foreach (IReplayOutput output in _outputs)
        {
            saved[output.Name] = await output.SaveAsync(cancellation);
        }
        return saved;
    }

    /// <summary>Completes all outputs.</summary>
    /// <returns>What each has to say.</returns>
    public async Task<IReadOnlyList<string>> CompleteAsync(CancellationToken cancellation)
    {
        List<string> said = [];
        foreach (IReplayOutput output in _outputs)
        {
            if (await output.CompleteAsync(cancellation) is { } line)
            {
                said.Add(line);
            }
        }
        return said;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IReplayOutput output in _outputs)
        {
            await output.DisposeAsync();
        }
    }

    private static IReplayOutputKind KindOf(string path, IReadOnlyList<IReplayOutputKind> kinds) =>
        kinds.FirstOrDefault(kind => kind.Extension is { } extension && path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) ?? kinds[0];
}

using System.Text.Json.Nodes;
using Aggregator.Core.Comparison;
using Aggregator.Core.Publishing;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Backfill;

/// <summary>
/// All outputs of one replay, as one: each gets the same results, in the order of the windows. One that refuses them gets no more, and the others are completed all the same.
/// </summary>
public sealed class ReplayOutputs : IAsyncDisposable
{
    // No output has a member of this name in what it saves.
    private const string RefusedMember = "refused_by_output";

    private readonly List<IReplayOutput> _outputs;
    private readonly Dictionary<IReplayOutput, string> _refused = [];

    private ReplayOutputs(List<IReplayOutput> outputs) => _outputs = outputs;

    public IEnumerable<string> Names => _outputs.Select(output => output.Name);

    /// <summary>Whether lines come on a terminal while the replay goes on: a bar there would be torn.</summary>
    public bool HasLinesOnTerminal
    {
        get
        {
            bool hasResults = Names.Contains("-");
            bool hasReport = _outputs.Exists(output => output is StoredComparison);
            // Beside result lines the report is on stderr.
            return (!Console.IsOutputRedirected && (hasResults || hasReport)) || (!Console.IsErrorRedirected && hasResults && hasReport);
        }
    }

    /// <summary>Opens what the command line asks for; stdout where it asks for nothing.</summary>
    /// <param name="kinds">All kinds that there are; the first takes files of extensions that are nobody's.</param>
    /// <param name="request">What is common to all; <see cref="ReplayOutputRequest.Paths"/> has the files of all kinds.</param>
    /// <exception cref="CommandFailedException">One cannot be opened.</exception>
    public static async Task<ReplayOutputs> OpenAsync(IReadOnlyList<IReplayOutputKind> kinds, ReplayOutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentNullException.ThrowIfNull(request);
        foreach ((string name, JsonNode? saved) in request.Saved)
        {
            if (saved is JsonObject state && (string?)state[RefusedMember] is { } refused)
            {
                throw new CommandFailedException($"{name} refused what this replay gave it before it broke off ({refused}); begin anew, without --resume");
            }
        }
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

    /// <summary>Hands results to all outputs; returns when all have taken them, or refused.</summary>
    public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        foreach (IReplayOutput output in _outputs.Where(output => !_refused.ContainsKey(output)))
        {
            try
            {
                await output.PublishAsync(results, cancellation);
            }
            catch (OutputRefusedException refusal)
            {
                _refused.Add(output, refusal.Message);
            }
        }
    }

    /// <summary>Makes safe what was published, and says how each output can be gone on with.</summary>
    public async Task<IReadOnlyDictionary<string, JsonNode?>> SaveAsync(CancellationToken cancellation)
    {
        Dictionary<string, JsonNode?> saved = [];
        foreach (IReplayOutput output in _outputs)
        {
            saved[output.Name] = _refused.TryGetValue(output, out string? refusal)
                ? new JsonObject { [RefusedMember] = refusal }
                : await output.SaveAsync(cancellation);
        }
        return saved;
    }

    /// <summary>Completes all outputs, also where one of them cannot be. A break in between can be gone on with until the first file has its name.</summary>
    public async Task<ReplayOutcome> CompleteAsync(ReplaySummary summary, CancellationToken cancellation)
    {
        List<string> said = [];
        List<string> refused = [.. _refused.Values];
        // Kinds that wait for a server come behind those of files, which get their names at once: so here they come first.
        foreach (IReplayOutput output in _outputs.Where(output => !_refused.ContainsKey(output)).Reverse())
        {
            try
            {
                if (await output.CompleteAsync(cancellation) is { } line)
                {
                    said.Insert(0, line);
                }
            }
            catch (IOException failure)
            {
                refused.Add(failure.Message);
            }
        }
        return new(summary, said, refused);
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

using System.CommandLine;
using Aggregator.Core.Publishing;

namespace Aggregator.Host.Backfill;

/// <summary>Result lines, SPEC section 7: a <c>.jsonl</c> file, one of any extension that no other kind takes, or stdout.</summary>
public sealed class ResultLinesKind : IReplayOutputKind
{
    public string? Extension => ".jsonl";

    public void AddOptions(Command command)
    {
        // --output is all that it needs
    }

    public IEnumerable<IReplayOutput> Open(ReplayOutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Paths.Select(path => path == "-"
            ? new ResultLinesOutput("stdout", new BufferedStream(Console.OpenStandardOutput(), 64 * 1024), request.Settings.Aggregation.Groups)
            : new ResultLinesOutput(path, request.Settings.Aggregation.Groups, request.Saved.GetValueOrDefault(path)));
    }
}

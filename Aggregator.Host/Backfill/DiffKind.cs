using System.CommandLine;
using System.Text.Json.Nodes;
using Aggregator.Core.Comparison;
using Aggregator.Core.Publishing;
using Aggregator.Core.Stored;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Backfill;

/// <summary>A comparison with what a Prometheus has stored: <c>--diff URL</c>. Authentication and TLS are those of the section <c>RemoteWrite</c>.</summary>
public sealed class DiffKind(ReplayOptions replay) : IReplayOutputKind
{
    private static readonly TimeSpan LongestWithin = TimeSpan.FromDays(31);

    private readonly Option<string?> _url = new("--diff")
    {
        HelpName = "URL",
        Description = "Compares the windows with what the Prometheus at URL (http://prometheus:9090) has stored of them, scraped or written: prints what differs and the "
            + "likely cause. Exit code 1 where anything does. Authentication, TLS and time-out are those of the settings RemoteWrite.",
    };

    private readonly Option<string[]> _match = new("--diff-match")
    {
        HelpName = "NAME=VALUE",
        Description = "A label that the stored series must have, any number of times: job=aggregator, where several services are recorded.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<TimeSpan> _within = new("--diff-within")
    {
        HelpName = "TIME",
        Description = "How long after a window's end its scraped values are looked for; longer where the service was hours behind.",
        DefaultValueFactory = _ => ComparisonOptions.DefaultWithin,
    };

    private readonly Option<string?> _lines = new("--diff-output")
    {
        HelpName = "FILE",
        Description = "Takes what differs, with every series, as one JSON object a line.",
    };

    public string? Extension => null;

    public void AddOptions(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(_url);
        command.Options.Add(_match);
        command.Options.Add(_within);
        command.Options.Add(_lines);
    }

    public IEnumerable<IReplayOutput> Open(ReplayOutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Parsed.GetValue(_url) is not { } url)
        {
            return request.Parsed.GetValue(_match) is { Length: > 0 } || request.Parsed.GetValue(_lines) is not null
                ? throw new CommandFailedException("--diff-match and --diff-output are about a comparison: name what to compare with, --diff http://prometheus:9090", ExitCode.Usage)
                : [];
        }
        TimeSpan within = request.Parsed.GetValue(_within);
        if (within <= TimeSpan.Zero || within > LongestWithin)
        {
            throw new CommandFailedException($"--diff-within {SettingTime.Format(within)}: must be more than nothing and at most {SettingTime.Format(LongestWithin)}", ExitCode.Usage);
        }
        return [Create(url, MatchOf(request), within, request)];
    }

    private StoredComparison Create(string url, ExternalLabels match, TimeSpan within, ReplayOutputRequest request)
    {
        PrometheusStore store = AskedPrometheus.Open("--diff", url, request.Settings.RemoteWrite);
        try
        {
            string name = new Uri(url).GetLeftPart(UriPartial.Path).TrimEnd('/');
            JsonNode? saved = request.Saved.GetValueOrDefault("diff " + name);
            DifferenceLines? lines = request.Parsed.GetValue(_lines) is { } path ? new(path, saved?["report"]) : null;
            // Result lines on stdout stay alone there.
            ReportWriter report = request.Parsed.GetValue(replay.Output)?.Contains("-") == true
                ? ReportWriter.ForStandardError(Console.Error)
                : ReportWriter.ForStandardOutput(Console.Out);
            return new(new(name, match, within), request.Settings.Aggregation.Groups, store, new DifferenceReport(report, lines), saved);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private ExternalLabels MatchOf(ReplayOutputRequest request)
    {
        List<string> problems = [];
        Dictionary<string, string> labels = [];
        foreach (string text in request.Parsed.GetValue(_match) ?? [])
        {
            string[] parts = text.Split('=', 2);
            string? problem = parts.Length < 2 ? "must be NAME=VALUE, for example job=aggregator"
                : ExternalLabels.Problem(parts[0], parts[1], request.Settings.Aggregation.Groups) ?? (labels.TryAdd(parts[0], parts[1]) ? null : "is given twice");
            if (problem is not null)
            {
                problems.Add($"--diff-match {text}: {problem}");
            }
        }
        return problems.Count == 0 ? new(labels) : throw new CommandFailedException(string.Join("\naggregator: ", problems), ExitCode.Usage);
    }
}

using System.CommandLine;
using Aggregator.Core.Publishing;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Backfill;

/// <summary>The option <c>--label</c>: what a scrape would add to each series, for outputs that write series themselves.</summary>
public sealed class TargetLabels
{
    private readonly Option<string[]> _option = new("--label")
    {
        HelpName = "NAME=VALUE",
        Description = "A label that each series gets in .om files and by --remote-write, any number of times: job and instance as the scrape has them, "
            + "so that history and live series are the same (--label job=aggregator --label instance=127.0.0.1:9464).",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private bool _isAdded;

    /// <summary>Adds the option to the verb, once.</summary>
    public void AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (!_isAdded)
        {
            command.Options.Add(_option);
            _isAdded = true;
        }
    }

    /// <summary>The labels of the settings and of the command line, which wins.</summary>
    /// <exception cref="CommandFailedException">Some cannot be: each is named, exit code 2.</exception>
    public ExternalLabels Read(ParseResult parsed, AggregatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(settings);
        Dictionary<string, string> labels = new(settings.RemoteWrite.Labels.All);
        HashSet<string> given = [];
        List<string> problems = [];
        foreach (string text in parsed.GetValue(_option) ?? [])
        {
            string[] parts = text.Split('=', 2);
            string? problem = parts.Length < 2 ? "must be NAME=VALUE, for example job=aggregator"
                : ExternalLabels.Problem(parts[0], parts[1], settings.Aggregation.Groups) ?? (given.Add(parts[0]) ? null : "is given twice");
            if (problem is not null)
            {
                problems.Add($"--label {text}: {problem}");
                continue;
            }
            labels[parts[0]] = parts[1];
        }
        return problems.Count == 0 ? new(labels) : throw new CommandFailedException(string.Join("\naggregator: ", problems), ExitCode.Usage);
    }
}

using System.CommandLine;

namespace Aggregator.Host.Backfill;

/// <summary>The options of the verb <c>replay</c> that say what is read and what becomes of it; those of the outputs are their own.</summary>
public sealed class ReplayOptions
{
    public Option<string[]> Input { get; } = new("--input")
    {
        HelpName = "FILE",
        Description = "Reads records from files as 'kcat -C -J' writes them, one after the other, in place of Kafka.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<string?> From { get; } = new("--from")
    {
        HelpName = "TIME",
        Description = "The first window: 2026-01-31T14:00:00Z (or with an offset, +02:00), now-6h, or milliseconds since 1970. Default: the first record that there is.",
    };

    public Option<string?> To { get; } = new("--to")
    {
        HelpName = "TIME",
        Description = "Windows that start before it, in the same forms. Default: all that was written when the replay began; what is open then becomes final.",
    };

    public Option<string[]> Output { get; } = new("--output")
    {
        HelpName = "FILE",
        Description = "Takes the results, any number of times: .jsonl (or '-' for stdout, the default) gets one JSON object a line for each window and group.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string?> Summary { get; } = new("--summary")
    {
        HelpName = "FILE",
        Description = "Takes counts of what was read and left out, as one JSON object.",
    };

    public Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "Prints what would be read, and what retention has taken already, and does nothing else.",
    };

    public Option<string?> Explain { get; } = new("--explain")
    {
        HelpName = "WINDOW",
        Description = "Prints what is behind one window (its start, in the forms of --from) and nothing else: by partition the offsets, times, and counted, late, duplicate and "
            + "rejected records; and its results. Reads on to --to, by default ten minutes behind the window, for late ones.",
    };

    public Option<bool> Partial { get; } = new("--partial")
    {
        Description = "Also gives windows that retention has cut into; with --from they are left out otherwise, since their values would be wrong.",
    };

    public Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Goes on where a replay with the same options broke off; begins anew where there is none.",
    };

    public Option<string?> State { get; } = new("--state")
    {
        HelpName = "FILE",
        Description = "Where a replay notes how far it is, for --resume. Default: the first output's name with .resume; where no output is a file, aggregator-replay.resume.",
    };

    public Option<TimeSpan> SaveEvery { get; } = new("--save-every")
    {
        HelpName = "TIME",
        Description = "How often it is noted how far the replay is; that much is done again after --resume.",
        DefaultValueFactory = _ => TimeSpan.FromSeconds(2),
    };

    public Option<TimeSpan> GiveUpAfter { get; } = new("--give-up-after")
    {
        HelpName = "TIME",
        Description = "How long Kafka may bring nothing, though there is more to read.",
        DefaultValueFactory = _ => Core.Kafka.TopicLog.DefaultPatience,
    };

    /// <summary>Adds the options to the verb.</summary>
    public static ReplayOptions AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        ReplayOptions options = new();
        command.Options.Add(options.From);
        command.Options.Add(options.To);
        command.Options.Add(options.Input);
        command.Options.Add(options.Output);
        command.Options.Add(options.Summary);
        command.Options.Add(options.DryRun);
        command.Options.Add(options.Explain);
        command.Options.Add(options.Partial);
        command.Options.Add(options.Resume);
        command.Options.Add(options.State);
        command.Options.Add(options.SaveEvery);
        command.Options.Add(options.GiveUpAfter);
        return options;
    }

    /// <summary>The files of <see cref="Input"/>.</summary>
    /// <exception cref="CommandFailedException">One is not there.</exception>
    public static Core.Replay.ReplayFile[] FilesOf(string[] inputs) =>
        [.. inputs.Select(path => File.Exists(path) ? new Core.Replay.ReplayFile(path) : throw new CommandFailedException($"{path}: there is no such file"))];

    /// <summary>The range that the command line asks for.</summary>
    /// <exception cref="CommandFailedException">A time cannot be used; all that is wrong is named.</exception>
    public Core.Replay.ReplayRange RangeOf(ParseResult parsed, DateTimeOffset now, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        List<string> problems = [];
        long? Time(Option<string?> option)
        {
            if (parsed.GetValue(option) is not { } text)
            {
                return null;
            }
            if (ReplayTime.Parse(text, now, out long timeMs) is { } problem)
            {
                problems.Add($"{option.Name} {problem}");
            }
            return timeMs;
        }
        long? from = Time(From);
        long? to = Time(To);
        if (problems.Count == 0 && from >= to)
        {
            problems.Add($"--from {parsed.GetValue(From)} is not before --to {parsed.GetValue(To)}");
        }
        return problems.Count == 0
            ? Core.Replay.ReplayRange.Of(from, to, window)
            : throw new CommandFailedException(string.Join("\naggregator: ", problems), ExitCode.Usage);
    }

    /// <summary>Where the state is kept.</summary>
    public string StatePathOf(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        string? first = parsed.GetValue(Output)?.FirstOrDefault(path => path != "-");
        return parsed.GetValue(State) ?? (first is null ? "aggregator-replay" : first) + ".resume";
    }
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Aggregator.Core.Kafka;
using Aggregator.Host.Logging;
using Aggregator.Host.Settings;

namespace Aggregator.Host;

/// <summary>
/// The frame around the verbs: reads the command line, runs the verb, and turns every way to fail into a message on stderr and an exit code
/// (<see cref="ExitCode"/>). stdout is for data, stderr for everything else.
/// </summary>
public static class CommandLineApp
{
    // A verb gets this long to end after Ctrl-C or SIGTERM; it promises 10 s (DESIGN.md, invariant 8), the rest is slack.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(15);

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, params Command[] verbs)
    {
        // not a RootCommand: that one bears the name of the executable file
        Command root = new(
            "aggregator",
            "Folds the Kafka topics of an IM system into one-minute windows: online users, delivery ratio "
            + "and latency percentiles, served as Prometheus gauges.\n\n"
            + "New here? 'aggregator demo' shows everything in one process, without a Kafka of your own.\n"
            + "Exit codes: 0 ok, 1 failure, 2 wrong usage or settings.");
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        root.Options.Add(LogOptions.Level);
        foreach (Command verb in verbs)
        {
            root.Subcommands.Add(verb);
        }
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (args is { Length: 0 })
        {
            root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = error });
            return ExitCode.Usage;
        }
        if (parsed.Errors.Count > 0)
        {
            return Reject(parsed, error);
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TerminationTimeout,
            });
        }
        catch (CommandFailedException failure)
        {
            await error.WriteLineAsync("aggregator: " + failure.Message);
            return failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("aggregator: stopped");
            return ExitCode.Failure;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or KafkaUnavailableException)
        {
            await error.WriteLineAsync("aggregator: " + failure.Message);
            return ExitCode.Failure;
        }
        catch (Exception defect)
        {
            await error.WriteLineAsync("aggregator: this should not have happened; please report it with the lines below");
            await error.WriteLineAsync(defect.ToString());
            return ExitCode.Failure;
        }
    }

    private static int Reject(ParseResult parsed, TextWriter error)
    {
        Command command = parsed.CommandResult.Command;
        string[] unmatched = [.. parsed.UnmatchedTokens];
        // An unknown option makes errors of what follows it too; the first is the one that helps.
        string[] messages = unmatched.Length > 0
            ? [Unmatched(unmatched[0], command, parsed)]
            : command is { Action: null, Subcommands.Count: > 0 }
                ? [$"say what to do: {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}"]
            : [.. parsed.Errors.Select(problem => problem.Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal)).Distinct()];
        foreach (string message in messages)
        {
            error.WriteLine("aggregator: " + message);
        }
        error.WriteLine($"'{Path(parsed.CommandResult)} --help' shows what is possible.");
        return ExitCode.Usage;
    }

    private static string Unmatched(string token, Command command, ParseResult parsed)
    {
        bool isOption = token.StartsWith('-');
        IEnumerable<string> known = isOption
            ? Options(parsed.CommandResult).SelectMany(option => option.Aliases.Append(option.Name))
            : command.Subcommands.Select(verb => verb.Name);
        string name = isOption ? token.Split('=', 2)[0] : token;
        string what = isOption ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument";
        string? nearest = NameSuggestion.Nearest(name, known);
        return $"unknown {what} '{name}'" + (nearest is null ? "" : $"; did you mean {nearest}?");
    }

    private static IEnumerable<Option> Options(CommandResult command)
    {
        IEnumerable<Option> own = command.Command.Options.Where(option => !option.Hidden);
        return command.Parent is CommandResult parent ? own.Concat(Options(parent).Where(option => option.Recursive)) : own;
    }

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "aggregator";
}

using System.CommandLine;
using System.Text.Json;
using Aggregator.Core.Replay;
using Aggregator.Host.Backfill;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>replay</c>.</summary>
public static class ReplayCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        Command command = new("replay", "Computes the results of a range of time anew, out of Kafka or of files, as the service would have.\n\n"
            + "It joins no group and commits nothing. Windows have exactly the values that a replay of everything gives them.\n\n"
            + "Example: aggregator replay --from 2026-01-31T14:00:00Z --to 2026-01-31T20:00:00Z --output windows.jsonl\n"
            + "         aggregator replay --from now-6h --dry-run\n"
            + "         aggregator replay --from now-6h --to now-1h --diff http://prometheus:9090 --diff-match job=aggregator\n"
            + "         aggregator replay --explain 2026-01-31T14:05:00Z\n"
            + "         aggregator replay --input day.jsonl --output windows.jsonl\n\n"
            + "Exit codes: 0 all is done; 1 it failed, was broken off (--resume goes on), or an output refused or differs; 2 wrong usage or settings.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        ReplayOptions options = ReplayOptions.AddTo(command);
        IReadOnlyList<IReplayOutputKind> kinds = OutputKinds(options);
        foreach (IReplayOutputKind kind in kinds)
        {
            kind.AddOptions(command);
        }
        command.SetAction((parsed, cancellation) => ReplayAsync(options, parsed, settings.Read(parsed), kinds, cancellation));
        return command;
    }

    /// <summary>Where results can go. The first takes files of extensions that are nobody's.</summary>
    private static IReadOnlyList<IReplayOutputKind> OutputKinds(ReplayOptions options)
    {
        TargetLabels labels = new();
        return [new ResultLinesKind(), new OpenMetricsKind(labels, TimeProvider.System), new RemoteWriteKind(labels), new DiffKind(options)];
    }

    private static async Task<int> ReplayAsync(
        ReplayOptions options, ParseResult parsed, AggregatorSettings settings, IReadOnlyList<IReplayOutputKind> kinds, CancellationToken cancellation)
    {
        // Signals are taken care of only from the first wait of a verb on: without this one, SIGTERM within the start would end the process as it stands.
        await Task.Yield();
        if (parsed.GetValue(options.Explain) is not null)
        {
            await new ExplainReplay(options, parsed, settings, TimeProvider.System).RunAsync(ReportWriter.ForStandardOutput(Console.Out), cancellation);
            return ExitCode.Ok;
        }
        bool isDryRun = parsed.GetValue(options.DryRun);
        ReplayOutcome? outcome = parsed.GetValue(options.Input) is { Length: > 0 } inputs
            ? await new FilesReplay(options, parsed, settings, kinds, TimeProvider.System).RunAsync(inputs, cancellation)
            : await new KafkaReplay(options, parsed, settings, kinds, Console.Error, TimeProvider.System).RunAsync(
                isDryRun ? ReportWriter.ForStandardOutput(Console.Out) : ReportWriter.ForStandardError(Console.Error), cancellation);
        if (outcome is null)
        {
            return ExitCode.Ok;
        }
        if (parsed.GetValue(options.Summary) is { } summaryFile)
        {
            await WriteAsync(outcome.Summary, summaryFile);
        }
        foreach (string line in outcome.Said)
        {
            await Console.Error.WriteLineAsync(line);
        }
        if (outcome.Summary.OtherTopics > 0)
        {
            await Console.Error.WriteLineAsync($"aggregator: {outcome.Summary.OtherTopics} lines are of other topics than {settings.Kafka.LatencyTopic} "
                + $"and {settings.Kafka.AckTopic}, and were passed over");
        }
        foreach (string refusal in outcome.Refused)
        {
            await Console.Error.WriteLineAsync("aggregator: " + refusal);
        }
        return outcome.Refused.Count == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private static async Task WriteAsync(ReplaySummary summary, string path)
    {
        await using OutputFile counts = OutputFile.Create(path);
        await using (Utf8JsonWriter json = new(counts.Stream, new JsonWriterOptions { Indented = true }))
        {
            summary.ToJson().WriteTo(json, Indented);
        }
        counts.Stream.WriteByte((byte)'\n');
        counts.Complete();
    }
}

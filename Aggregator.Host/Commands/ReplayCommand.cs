using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Host.Backfill;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>replay</c>.</summary>
public static class ReplayCommand
{
    /// <summary>Where results can go. The first takes files of extensions that are nobody's.</summary>
    private static IReadOnlyList<IReplayOutputKind> OutputKinds() => [new ResultLinesKind()];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        Command command = new("replay", "Computes the results of records in files, as the service would have.\n\n"
            + "Example: for topic in im-latency ack; do kcat -C -q -b localhost:9092 -t $topic -e -J; done > day.jsonl\n"
            + "         aggregator replay --input day.jsonl --output windows.jsonl");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        Option<string[]> input = new("--input")
        {
            HelpName = "FILE",
            Description = "Records as 'kcat -C -J' writes them, one a line; several files are read one after the other.",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        IReadOnlyList<IReplayOutputKind> kinds = OutputKinds();
        Option<string[]> output = new("--output")
        {
            HelpName = "FILE",
            Description = "Takes the results, any number of times: .jsonl (or '-' for stdout, the default) gets one JSON object a line for each window and group.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string?> summary = new("--summary")
        {
            HelpName = "FILE",
            Description = "Takes counts of what was read and left out, as one JSON object.",
        };
        command.Options.Add(input);
        command.Options.Add(output);
        foreach (IReplayOutputKind kind in kinds)
        {
            kind.AddOptions(command);
        }
        command.Options.Add(summary);
        command.SetAction((parsed, cancellation) => ReplayAsync(
            parsed, kinds, settings.Read(parsed), parsed.GetValue(input)!, parsed.GetValue(output) ?? [], parsed.GetValue(summary), cancellation));
        return command;
    }

    private static async Task<int> ReplayAsync(
        ParseResult parsed, IReadOnlyList<IReplayOutputKind> kinds, AggregatorSettings settings, string[] inputs, string[] outputFiles, string? summaryFile,
        CancellationToken cancellation)
    {
        ReplayFile[] files = [.. inputs.Select(path => File.Exists(path) ? new ReplayFile(path) : throw new CommandFailedException($"{path}: there is no such file"))];
        FileReplay replay = new(files, settings.Aggregation, settings.Fields, settings.Kafka.LatencyTopic, settings.Kafka.AckTopic);
        await using ReplayProgress progress = ReplayProgress.ForStandardError(files.Sum(file => file.Length), TimeProvider.System);
        replay.Progress = progress.Report;
        await using ReplayOutputs outputs = await ReplayOutputs.OpenAsync(
            kinds, new(parsed, outputFiles, settings, FromMs: null, ToMs: null, new Dictionary<string, JsonNode?>()));
        // a thread of its own, so that waiting for an output there holds up nothing else
        void Publish(FinalResults results) => outputs.PublishAsync(results, cancellation).AsTask().GetAwaiter().GetResult();
        ReplaySummary summary = await Task.Run(() => replay.Run(Publish, cancellation), cancellation);
        IReadOnlyList<string> said = await outputs.CompleteAsync(cancellation);
        if (summaryFile is not null)
        {
            await using OutputFile counts = OutputFile.Create(summaryFile);
            await using (Utf8JsonWriter json = new(counts.Stream, new JsonWriterOptions { Indented = true }))
            {
                summary.ToJson().WriteTo(json, Indented);
            }
            counts.Stream.WriteByte((byte)'\n');
            counts.Complete();
        }
        await progress.FinishAsync($"{summary.Windows} windows");
        foreach (string line in said)
        {
            await Console.Error.WriteLineAsync(line);
        }
        if (summary.OtherTopics > 0)
        {
            await Console.Error.WriteLineAsync(
                $"aggregator: {summary.OtherTopics} lines are of other topics than {settings.Kafka.LatencyTopic} and {settings.Kafka.AckTopic}, and were passed over");
        }
        return ExitCode.Ok;
    }
}

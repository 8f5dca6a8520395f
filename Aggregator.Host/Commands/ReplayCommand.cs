using System.CommandLine;
using System.Text.Json;
using Aggregator.Core.Replay;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>replay</c>.</summary>
public static class ReplayCommand
{
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
        Option<string> output = new("--output")
        {
            HelpName = "FILE",
            Description = "Takes the results, one JSON object a line for each window and group; '-' is stdout.",
            DefaultValueFactory = _ => "-",
        };
        Option<string?> summary = new("--summary")
        {
            HelpName = "FILE",
            Description = "Takes counts of what was read and left out, as one JSON object.",
        };
        command.Options.Add(input);
        command.Options.Add(output);
        command.Options.Add(summary);
        command.SetAction((parsed, cancellation) => ReplayAsync(
            settings.Read(parsed), parsed.GetValue(input)!, parsed.GetValue(output)!, parsed.GetValue(summary), cancellation));
        return command;
    }

    private static async Task<int> ReplayAsync(
        AggregatorSettings settings, string[] inputs, string output, string? summaryFile, CancellationToken cancellation)
    {
        ReplayFile[] files = [.. inputs.Select(path => File.Exists(path) ? new ReplayFile(path) : throw new CommandFailedException($"{path}: there is no such file"))];
        FileReplay replay = new(files, settings.Aggregation, settings.Fields, settings.Kafka.LatencyTopic, settings.Kafka.AckTopic);
        await using ReplayProgress progress = ReplayProgress.ForStandardError(files.Sum(file => file.Length), TimeProvider.System);
        replay.Progress = progress.Report;
        await using OutputFile results = OutputFile.Create(output);
        ReplaySummary summary = await Task.Run(() => replay.Run(results.Stream, cancellation), cancellation);
        results.Complete();
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
        if (summary.OtherTopics > 0)
        {
            await Console.Error.WriteLineAsync(
                $"aggregator: {summary.OtherTopics} lines are of other topics than {settings.Kafka.LatencyTopic} and {settings.Kafka.AckTopic}, and were passed over");
        }
        return ExitCode.Ok;
    }
}

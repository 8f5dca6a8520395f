using System.CommandLine;
using System.Text.Json.Nodes;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Backfill;

/// <summary>One replay of files: all of them are read, whatever the range.</summary>
public sealed class FilesReplay(
    ReplayOptions options, ParseResult parsed, AggregatorSettings settings, IReadOnlyList<IReplayOutputKind> kinds, TimeProvider time)
{
    /// <exception cref="CommandFailedException">It cannot be done.</exception>
    public async Task<ReplayOutcome> RunAsync(string[] inputs, CancellationToken cancellation)
    {
        if (parsed.GetValue(options.Resume) || parsed.GetValue(options.DryRun))
        {
            throw new CommandFailedException("--resume and --dry-run are for replays out of Kafka; without --input", ExitCode.Usage);
        }
        ReplayRange range = options.RangeOf(parsed, time.GetUtcNow(), settings.Aggregation.Window);
        ReplayFile[] files = ReplayOptions.FilesOf(inputs);
        FileReplay replay = new(files, range, settings.Aggregation, settings.Fields, settings.Kafka.LatencyTopic, settings.Kafka.AckTopic);
        await using ReplayOutputs outputs = await ReplayOutputs.OpenAsync(kinds, new(
            parsed, parsed.GetValue(options.Output) ?? [], settings, range.FromMs, range.ToMs, new Dictionary<string, JsonNode?>()));
        await using ReplayProgress progress = ReplayProgress.ForStandardError(files.Sum(file => file.Length), time, outputs.HasLinesOnTerminal);
        replay.Progress = progress.Report;
        // a thread of its own, so that waiting there for an output holds up nothing else
        void Publish(FinalResults results) => outputs.PublishAsync(results, cancellation).AsTask().GetAwaiter().GetResult();
        ReplaySummary summary = await Task.Run(() => replay.Run(Publish, cancellation), cancellation);
        ReplayOutcome outcome = await outputs.CompleteAsync(summary, cancellation);
        await progress.FinishAsync($"{summary.Windows} windows");
        return outcome;
    }
}

using System.CommandLine;
using Aggregator.Core.Kafka;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Backfill;

/// <summary>One window computed anew, with a look at each record behind it: <c>--explain WINDOW</c>. Out of Kafka or of files.</summary>
public sealed class ExplainReplay(ReplayOptions options, ParseResult parsed, AggregatorSettings settings, TimeProvider time)
{
    private static readonly TimeSpan ReadOn = TimeSpan.FromMinutes(10);

    /// <summary>Runs it.</summary>
    /// <param name="report">Takes the explanation.</param>
    /// <param name="cancellation">Breaks it off.</param>
    /// <exception cref="CommandFailedException">It cannot be done.</exception>
    public async Task RunAsync(ReportWriter report, CancellationToken cancellation)
    {
        WindowSpan window = WindowOf();
        WindowExplainer explainer = new(window, settings.Aggregation, settings.Fields);
        long? lookedUntilMs;
        long? wholeFromMs = null;
        if (parsed.GetValue(options.Input) is { Length: > 0 } inputs)
        {
            lookedUntilMs = null;
            await RunAsync(inputs, explainer, cancellation);
        }
        else
        {
            lookedUntilMs = UntilOf(window);
            wholeFromMs = await RunAsync(new ReplayRange(window.StartMs, lookedUntilMs), explainer, cancellation);
        }
        new ExplanationReport(report, settings).Write(window, explainer, lookedUntilMs, wholeFromMs > window.StartMs ? wholeFromMs : null);
    }

    private async Task RunAsync(string[] inputs, WindowExplainer explainer, CancellationToken cancellation)
    {
        ReplayFile[] files = ReplayOptions.FilesOf(inputs);
        await using ReplayProgress progress = ReplayProgress.ForStandardError(files.Sum(file => file.Length), time);
        FileReplay replay = new(files, ReplayRange.Everything, settings.Aggregation, settings.Fields, settings.Kafka.LatencyTopic, settings.Kafka.AckTopic)
        {
            Observer = explainer,
            Progress = progress.Report,
        };
        await Task.Run(() => replay.Run(explainer.Take, cancellation), cancellation);
        await progress.FinishAsync("explained");
    }

    private async Task<long?> RunAsync(ReplayRange range, WindowExplainer explainer, CancellationToken cancellation)
    {
        using TopicLog log = new(settings.Kafka, time, parsed.GetValue(options.GiveUpAfter));
        IReadOnlyList<LogExtent> extents = await Task.Run(log.Extents, cancellation);
        ReplayPlan plan = await Task.Run(() => ReplayPlan.Make(log, extents, range, settings.Aggregation, cancellation), cancellation);
        await using ReplayProgress progress = ReplayProgress.ForShares(time);
        RangeReplay replay = new(log, range, settings.Aggregation, settings.Fields, settings.Kafka.LatencyTopic, settings.Kafka.AckTopic)
        {
            Observer = explainer,
            Progress = progress.Report,
        };
        await Task.Run(() => replay.Run(extents, explainer.Take, cancellation), cancellation);
        await progress.FinishAsync("explained");
        return plan.WholeFromMs;
    }

    private WindowSpan WindowOf()
    {
        string[] others =
        [
            .. new Option[] { options.From, options.Output, options.Summary, options.DryRun, options.Resume, options.Partial, options.State }
                .Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name),
        ];
        if (others.Length > 0)
        {
            throw new CommandFailedException($"--explain prints one window and has no outputs: without {string.Join(", ", others)}", ExitCode.Usage);
        }
        string text = parsed.GetValue(options.Explain)!;
        if (ReplayTime.Parse(text, time.GetUtcNow(), out long timeMs) is { } problem)
        {
            throw new CommandFailedException($"--explain {problem}", ExitCode.Usage);
        }
        // Any time of a window names it.
        long sizeMs = (long)settings.Aggregation.Window.TotalMilliseconds;
        return new(timeMs / sizeMs * sizeMs, sizeMs);
    }

    private long UntilOf(WindowSpan window)
    {
        if (parsed.GetValue(options.To) is not { } text)
        {
            return ReplayRange.Of(null, window.EndMs + (long)ReadOn.TotalMilliseconds, settings.Aggregation.Window).ToMs!.Value;
        }
        string? problem = ReplayTime.Parse(text, time.GetUtcNow(), out long toMs);
        problem ??= toMs < window.EndMs ? $"{text} is before the end of the window, {TimeText.Of(window.EndMs)}" : null;
        return problem is null
            ? ReplayRange.Of(null, toMs, settings.Aggregation.Window).ToMs!.Value
            : throw new CommandFailedException($"--to {problem}", ExitCode.Usage);
    }
}

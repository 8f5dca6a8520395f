using System.CommandLine;
using System.Text.Json.Nodes;
using Aggregator.Core.Kafka;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Backfill;

/// <summary>One replay out of Kafka: plan, outputs, the replay itself, and a note now and then of how far it is.</summary>
public sealed class KafkaReplay
{
    private readonly ReplayOptions _options;
    private readonly ParseResult _parsed;
    private readonly AggregatorSettings _settings;
    private readonly IReadOnlyList<IReplayOutputKind> _kinds;
    private readonly TimeProvider _time;
    private readonly TextWriter _error;
    private readonly string _statePath;

    public KafkaReplay(
        ReplayOptions options, ParseResult parsed, AggregatorSettings settings, IReadOnlyList<IReplayOutputKind> kinds, TextWriter error, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _parsed = parsed;
        _settings = settings;
        _kinds = kinds;
        _error = error;
        _time = time;
        _statePath = options.StatePathOf(parsed);
    }

    /// <summary>Runs it; null where only the plan was wanted.</summary>
    /// <param name="plan">Takes the plan.</param>
    /// <param name="cancellation">Breaks it off; <c>--resume</c> goes on.</param>
    /// <exception cref="CommandFailedException">It cannot be done.</exception>
    public async Task<ReplayOutcome?> RunAsync(ReportWriter plan, CancellationToken cancellation)
    {
        using IDisposable? kept = _parsed.GetValue(_options.DryRun) ? null : ReplayState.Lock(_statePath);
        ReplayState? broken = _parsed.GetValue(_options.Resume) ? ReplayState.Read(_statePath) : null;
        ReplayRange range = broken is null
            ? _options.RangeOf(_parsed, _time.GetUtcNow(), _settings.Aggregation.Window)
            : new(broken.FromMs, broken.ToMs);
        using TopicLog log = new(_settings.Kafka, _time, _parsed.GetValue(_options.GiveUpAfter));
        IReadOnlyList<LogExtent> extents = await Task.Run(log.Extents, cancellation);
        if (broken is null)
        {
            range = await PlanAsync(plan, log, extents, range, cancellation);
            if (_parsed.GetValue(_options.DryRun))
            {
                return null;
            }
        }
        return await ReplayAsync(log, extents, range, broken, cancellation);
    }

    private async Task<ReplayRange> PlanAsync(ReportWriter report, TopicLog log, IReadOnlyList<LogExtent> extents, ReplayRange range, CancellationToken cancellation)
    {
        ReplayPlan plan = await Task.Run(() => ReplayPlan.Make(log, extents, range, _settings.Aggregation, cancellation), cancellation);
        PlanReport.Write(report, plan, _settings.Kafka, _settings.Aggregation);
        if (plan.WholeFromMs is not { } whole || range.FromMs >= whole)
        {
            return range;
        }
        if (range.FromMs is null || _parsed.GetValue(_options.Partial))
        {
            report.Line(Mark.Remark, $"windows before {TimeText.Of(whole)} are given with what retention left of them: do not put them where whole ones belong");
            return range;
        }
        if (range.ToMs <= whole)
        {
            throw new CommandFailedException($"retention has cut into all windows of the range: those from {TimeText.Of(whole)} on can be computed whole"
                + "; --partial gives what is left of the others");
        }
        report.Line(Mark.Remark, $"windows before {TimeText.Of(whole)} are left out: retention has cut into them (--partial gives what is left)");
        return range with { FromMs = whole };
    }

    private async Task<ReplayOutcome> ReplayAsync(
        TopicLog log, IReadOnlyList<LogExtent> extents, ReplayRange range, ReplayState? broken, CancellationToken cancellation)
    {
        await using ReplayOutputs outputs = await ReplayOutputs.OpenAsync(_kinds, new(
            _parsed, _parsed.GetValue(_options.Output) ?? [], _settings, range.FromMs, range.ToMs, broken?.Outputs ?? new Dictionary<string, JsonNode?>()));
        string? from = _parsed.GetValue(_options.From);
        string? to = _parsed.GetValue(_options.To);
        if (broken?.WhyNot(from, to, _settings, outputs.Names) is { } problem)
        {
            throw new CommandFailedException($"{_statePath} is of another replay: {problem}; give the same options, or begin anew without --resume", ExitCode.Usage);
        }
        ReplayState state = broken ?? new(ReplayState.CurrentVersion, from, to, range.FromMs, range.ToMs, ReplayState.SettingsOf(_settings),
            extents.ToDictionary(extent => extent.Partition.Index, extent => extent.End), new Dictionary<string, JsonNode?>(), null);
        await SaveAsync(state, outputs, state.Checkpoint, cancellation);
        await using ReplayProgress progress = ReplayProgress.ForShares(_time, outputs.HasLinesOnTerminal);
        RangeReplay replay = NewReplay(log, range, progress);
        replay.Saving = Saver(state, outputs, cancellation);
        // a thread of its own, so that waiting there for an output holds up nothing else
        void Publish(FinalResults results) => outputs.PublishAsync(results, cancellation).AsTask().GetAwaiter().GetResult();
        try
        {
            ReplaySummary summary = await Task.Run(() => state.Checkpoint is { } checkpoint
                ? replay.GoOn(checkpoint, Publish, cancellation)
                : replay.Run([.. extents.Select(extent => extent with { End = state.EndOf(extent.Partition) })], Publish, cancellation), cancellation);
            await progress.FinishAsync($"{summary.Windows} windows");
            // Outputs may have to wait for their receivers still: until all are complete it can be gone on with.
            ReplayOutcome outcome = await outputs.CompleteAsync(summary, cancellation);
            File.Delete(_statePath);
            return outcome;
        }
        catch (Exception failure) when (failure is OperationCanceledException or KafkaUnavailableException or (IOException and not RecordsGoneException))
        {
            await progress.DisposeAsync();
            await _error.WriteLineAsync($"aggregator: the replay broke off; with --resume it goes on ({_statePath})");
            throw;
        }
    }

    private RangeReplay NewReplay(TopicLog log, ReplayRange range, ReplayProgress progress) =>
        new(log, range, _settings.Aggregation, _settings.Fields, _settings.Kafka.LatencyTopic, _settings.Kafka.AckTopic) { Progress = progress.Report };

    private Action<Func<RangeCheckpoint>> Saver(ReplayState state, ReplayOutputs outputs, CancellationToken cancellation)
    {
        long saved = _time.GetTimestamp();
        TimeSpan every = _parsed.GetValue(_options.SaveEvery);
        return checkpoint =>
        {
            if (_time.GetElapsedTime(saved) >= every)
            {
                SaveAsync(state, outputs, checkpoint(), cancellation).GetAwaiter().GetResult();
                saved = _time.GetTimestamp();
            }
        };
    }

    private async Task SaveAsync(ReplayState state, ReplayOutputs outputs, RangeCheckpoint? checkpoint, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, JsonNode?> saved = await outputs.SaveAsync(cancellation);
        (state with { Outputs = saved, Checkpoint = checkpoint }).Write(_statePath);
    }
}

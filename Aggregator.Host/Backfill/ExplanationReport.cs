using System.Globalization;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Backfill;

/// <summary>Says what is behind a window: its partitions and its results.</summary>
internal sealed class ExplanationReport(ReportWriter output, AggregatorSettings settings)
{
    // More than a person reads; all of them are in the lines of a replay of the window.
    private const int MaxGroups = 50;

    private const string None = "-";

    /// <param name="window">The window.</param>
    /// <param name="explainer">What was seen of it.</param>
    /// <param name="lookedUntilMs">How far it was looked for late records, event time in ms since the epoch; null for to the end.</param>
    /// <param name="wholeFromMs">The first window that retention has not cut into, where it has cut into this one; else null.</param>
    public void Write(WindowSpan window, WindowExplainer explainer, long? lookedUntilMs, long? wholeFromMs)
    {
        output.Heading(string.Create(CultureInfo.InvariantCulture, $"Window {TimeText.Of(window.StartMs)} to {TimeText.Of(window.EndMs)} ({window.StartMs})"));
        if (wholeFromMs is { } whole)
        {
            output.Line(Mark.Remark, $"retention has taken records of it: what follows is of what is left; windows from {TimeText.Of(whole)} on are whole");
        }
        output.Blank();
        if (explainer.Partitions.Count == 0)
        {
            output.Text("  no records around it");
        }
        else
        {
            output.Table(
                ["partition", "offsets read", "of the window", "Kafka times", "records", "counted", "late", "duplicate", "rejected", "latency left out"],
                [.. explainer.Partitions.Select(partition => (MarkOf(partition), Cells(partition)))]);
        }
        output.Blank();
        WriteResults(explainer.Result);
        output.Blank();
        output.Text("  counted, late and duplicate are facts (one record may have several), the others records; late: the window was closed in that partition when they came");
        output.Text(lookedUntilMs is { } until
            ? $"  late ones were looked for until {TimeText.Of(until)} in event time; --to TIME looks further"
            : "  all records of the files were read");
        output.Text("  what a running service counts as late after idle is counted here: a replay has no clock");
    }

    private static string Range((long First, long Last)? range) =>
        range is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.First}..{known.Last}") : None;

    private static string Times((long First, long Last)? times) =>
        times is not { } known ? None : $"{TimeText.Of(known.First)} .. {(known.Last - known.First < 86_400_000
            ? TimeText.Of(known.Last)[(TimeText.Of(known.Last).IndexOf('T', StringComparison.Ordinal) + 1)..]
            : TimeText.Of(known.Last))}";

    private static string Counts<T>(IEnumerable<T> kinds, Func<T, string> name, Func<T, long> count)
    {
        string text = string.Join(" ", kinds.Where(kind => count(kind) > 0).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{name(kind)}={count(kind)}")));
        return text.Length == 0 ? None : text;
    }

    private static Mark MarkOf(PartitionExplanation partition) =>
        RejectReasons.All.Any(reason => partition.Rejected(reason) > 0) || Enum.GetValues<FactKind>().Any(kind => partition.Late(kind) > 0) ? Mark.Remark
        : partition.Records > 0 ? Mark.Good : Mark.Skipped;

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? None;

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? None;

    private IReadOnlyList<string> Cells(PartitionExplanation partition)
    {
        FactKind[] kinds = Enum.GetValues<FactKind>();
        return
        [
            $"{settings.Kafka.TopicName(partition.Partition.Topic)}[{partition.Partition.Partition}]",
            Range(partition.Read),
            Range(partition.Offsets),
            Times(partition.Times),
            Number(partition.Records),
            Counts(kinds, kind => kind.Label(), partition.Counted),
            Counts(kinds, kind => kind.Label(), partition.Late),
            Counts(kinds, kind => kind.Label(), partition.Duplicates),
            Counts(RejectReasons.All, reason => reason.Label(), partition.Rejected),
            Counts(Enum.GetValues<SampleLoss>(), loss => loss.Label(), partition.SamplesLeftOut),
        ];
    }

    private void WriteResults(WindowResult? result)
    {
        if (result is null)
        {
            output.Line(Mark.Remark, "it has no result: no fact counts in it, nor in windows on both sides of it");
            return;
        }
        output.Table(
            ["group", "online users", "received", "p50 ms", "p95 ms", "p99 ms", "mean ms", "max ms", "acks", "errors", "sent", "delivered", "ratio"],
            [.. result.Groups.Take(MaxGroups).Select(group => (Mark.Good, Cells(group)))]);
        if (result.Groups.Count > MaxGroups)
        {
            output.Text(string.Create(CultureInfo.InvariantCulture,
                $"  and {result.Groups.Count - MaxGroups} more groups: replay --from {result.Window.StartMs} --to {result.Window.EndMs} gives all"));
        }
    }

    private IReadOnlyList<string> Cells(GroupResult group)
    {
        LatencyStatistics? latency = group.Activity.Latency;
        string name = group.Group.IsTotal ? "total" : string.Join(' ', settings.Aggregation.Groups[group.Group.Set].Zip(group.Group.Values, (dimension, value) => $"{dimension}={value}"));
        return
        [
            name, Number(group.Activity.OnlineUsers), Number(group.Activity.Received), Number(latency?.P50), Number(latency?.P95), Number(latency?.P99), Number(latency?.Mean), Number(latency?.Max),
            Number(group.Activity.Acks), Counts(group.Activity.AckErrors, error => error.Key, error => error.Value), Number(group.Delivery.Sent), Number(group.Delivery.Delivered),
            Number(group.Delivery.Ratio),
        ];
    }
}

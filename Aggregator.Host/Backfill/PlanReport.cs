using System.Globalization;
using Aggregator.Core.Kafka;
using Aggregator.Core.Publishing;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Backfill;

/// <summary>Says what a replay is going to do, and what retention has taken already.</summary>
public static class PlanReport
{
    public static void Write(ReportWriter report, ReplayPlan plan, KafkaSettings kafka, AggregationSettings aggregation)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(kafka);
        ArgumentNullException.ThrowIfNull(aggregation);
        report.Heading($"Replay of {kafka.LatencyTopic} and {kafka.AckTopic} at {kafka.BootstrapServers}");
        report.Text($"  windows of {aggregation.Window} from {(plan.Range.FromMs is { } from ? TimeText.Of(from) : "the first record")} to "
            + $"{(plan.Range.ToMs is { } to ? TimeText.Of(to) : "the last record written by now; windows that are not over become final with what is there")}");
        report.Text(string.Create(CultureInfo.InvariantCulture,
            $"  reads about {plan.Records:N0} records: those of the range, and as many before and after it as its windows depend on"));
        report.Table(
            ["partition", "offsets left", "first record left", "whole windows from", "reads about"],
            [.. plan.Partitions.Select(partition => (MarkOf(partition), (IReadOnlyList<string>)
            [
                $"{kafka.TopicName(partition.Extent.Partition.Topic)}[{partition.Extent.Partition.Partition}]",
                $"{partition.Extent.Earliest}..{partition.Extent.End}",
                partition.FirstLeftMs is { } first ? TimeText.Of(first) : "-",
                partition.IsEmptied ? "nothing is left" : partition.WholeFromMs is { } whole ? TimeText.Of(whole) : "all",
                $"{partition.FirstOffset}..{partition.StopOffset}",
            ]))]);
        if (plan.WholeFromMs is { } wholeFrom)
        {
            report.Text($"  retention has taken records: windows from {TimeText.Of(wholeFrom)} on can be computed whole");
        }
    }

    private static Mark MarkOf(PlannedPartition partition) => partition.Extent.Earliest == 0 ? Mark.Good : Mark.Remark;
}

using System.Text;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;

namespace Aggregator.Tests.Replay;

/// <summary>Runs replays of ranges, and of everything, and gives their lines.</summary>
internal static class RangeRuns
{
    /// <summary>The windows of the range, out of a replay of everything: what a replay of the range must give.</summary>
    public static List<string> OfEverything(MemoryLog log, ReplayRange range, AggregationSettings settings)
    {
        WindowAggregator aggregator = new(settings, new(), new());
        foreach ((int partition, List<MemoryRecord> records) in log.Logs)
        {
            RecordBatch batch = new(Math.Max(1, records.Count));
            foreach (MemoryRecord record in records)
            {
                batch.Add(PartitionId.FromIndex(partition), record.Offset, record.TimestampMs, record.Value);
            }
            aggregator.Fold(batch);
        }
        List<string> lines = [];
        Add(lines, new([], [.. aggregator.Advance(long.MaxValue).Windows.Where(window => range.Contains(window.Window.StartMs))]), settings);
        return lines;
    }

    /// <summary>A replay of the range.</summary>
    public static (List<string> Lines, string Summary) OfRange(ITopicLog log, ReplayRange range, AggregationSettings settings, Action<RangeReplay, List<string>>? prepare = null)
    {
        List<string> lines = [];
        RangeReplay replay = new(log, range, settings, new(), "im-latency", "ack");
        prepare?.Invoke(replay, lines);
        ReplaySummary summary = replay.Run(log.Extents(), results => Add(lines, results, settings), CancellationToken.None);
        return (lines, summary.ToJson().ToJsonString());
    }

    /// <summary>What a replay gives that goes on from a checkpoint, behind what was given before it.</summary>
    public static (List<string> Lines, string Summary) OfTheRest(
        ITopicLog log, ReplayRange range, AggregationSettings settings, RangeCheckpoint checkpoint, IEnumerable<string> before)
    {
        List<string> lines = [.. before];
        RangeReplay replay = new(log, range, settings, new(), "im-latency", "ack");
        ReplaySummary summary = replay.GoOn(checkpoint, results => Add(lines, results, settings), CancellationToken.None);
        return (lines, summary.ToJson().ToJsonString());
    }

    private static void Add(List<string> lines, FinalResults results, AggregationSettings settings)
    {
        foreach (WindowResult window in results.Windows)
        {
            foreach (GroupResult group in window.Groups)
            {
                using MemoryStream line = new();
                ResultLine.Write(line, window.Window, group, settings.Groups);
                lines.Add(Encoding.UTF8.GetString(line.ToArray()));
            }
        }
    }
}

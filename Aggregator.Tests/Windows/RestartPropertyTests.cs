using Aggregator.Core.EventTime;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>
/// Recovery without a state store: whoever reads again from the low-water positions, knowing only them and how far results were given out, gives out the rest as if
/// nothing had happened.
/// </summary>
public class RestartPropertyTests
{
    [Fact]
    public void After_a_crash_behind_any_record_the_rest_of_the_results_follows_as_if_nothing_had_happened() =>
        StreamProperty.Holds(300, (settings, records, _) =>
        {
            IReadOnlyList<string> undisturbed = FoldRun.Whole(settings, records).Lines;
            for (int crashAt = 0; crashAt <= Math.Min(records.Count, 50); crashAt++)
            {
                Lives lives = new(settings, records);
                lives.Live(records, crashAt, crashAt, () => 1);
                lives.Live(records, int.MaxValue, int.MaxValue, () => 1);
                if (ResultComparer.Difference(undisturbed, lives.Lines) is { } difference)
                {
                    return $"after a crash behind {crashAt} records: {difference}";
                }
            }
            return null;
        });

    [Fact]
    public void After_crash_upon_crash_each_result_comes_once_by_value() => StreamProperty.Holds(2_000, (settings, records, random) =>
    {
        Lives lives = new(settings, records);
        for (int life = 0; life < 5; life++)
        {
            int crashAt = random.Next(records.Count + 1);
            // What is published after the last commit is published again, with the same values.
            lives.Live(FoldPropertyTests.Interleave(records, random), crashAt, crashAt - random.Next(4), () => 1 + random.Next(6));
        }
        lives.Live(FoldPropertyTests.Interleave(records, random), int.MaxValue, int.MaxValue, () => 1 + random.Next(6));
        return ResultComparer.Difference(FoldRun.Whole(settings, records).Lines, lives.Lines);
    });

    /// <summary>What several processes that follow each other leave behind.</summary>
    private sealed class Lives(AggregationSettings settings, IReadOnlyList<EnvelopeRecord> records)
    {
        private Dictionary<PartitionId, LogPosition> _committed = records.Select(record => record.Partition).Distinct()
            .ToDictionary(partition => partition, _ => new LogPosition(0, PartitionWatermark.None));
        private long? _lastWindowMs;
        private long? _finalThroughMs;

        /// <summary>The lines that were published by the last commit of each.</summary>
        public List<string> Lines { get; } = [];

        /// <summary>Reads from where the one before committed, and ends behind so many records, or when all are read.</summary>
        public void Live(IReadOnlyList<EnvelopeRecord> log, int crashAt, int lastCommitAt, Func<int> batchSize)
        {
            FoldRun run = new(settings, _lastWindowMs, _finalThroughMs);
            EnvelopeRecord[] unread = [.. log.Where(record => record.Offset >= _committed[record.Partition].Offset)];
            foreach ((PartitionId partition, LogPosition from) in _committed)
            {
                run.Expect(partition, from, unread.Count(record => record.Partition == partition));
            }
            int published = 0;
            for (int i = 0; i < unread.Length && i < crashAt;)
            {
                int size = Math.Min(batchSize(), Math.Min(crashAt, unread.Length) - i);
                run.Fold(unread[i..(i + size)]);
                run.AdvanceByPartitions();
                i += size;
                if (i <= lastCommitAt)
                {
                    published = run.Lines.Count;
                    _lastWindowMs = run.Aggregator.LastWindowMs;
                    _finalThroughMs = run.Aggregator.FinalThroughMs;
                    _committed = _committed.Keys.ToDictionary(partition => partition, run.Aggregator.LowWater);
                }
            }
            if (crashAt == int.MaxValue)
            {
                run.Finish();
                published = run.Lines.Count;
            }
            Lines.AddRange(run.Lines.Take(published));
        }
    }
}

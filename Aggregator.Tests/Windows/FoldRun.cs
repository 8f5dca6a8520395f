using System.Text;
using Aggregator.Core.EventTime;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Windows;

/// <summary>The fold over some records: result lines and summary come out, as a replay writes them.</summary>
internal sealed class FoldRun
{
    private readonly AggregationSettings _settings;
    private readonly List<string> _lines = [];
    private readonly ReplaySummary _summary;
    private readonly Dictionary<PartitionId, int> _left = [];

    public FoldRun(AggregationSettings settings, long? lastWindowMs = null, long? finalThroughMs = null)
    {
        _settings = settings;
        _summary = new(Counters, "im-latency", "ack");
        Aggregator = new(settings, new(), Counters, null, lastWindowMs, finalThroughMs);
    }

    public FoldCounters Counters { get; } = new();

    public WindowAggregator Aggregator { get; }

    /// <summary>The lines written so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    public string Summary => _summary.ToJson().ToJsonString();

    /// <summary>Windows whose activity became final, as they were given out.</summary>
    public List<long> ActivityStarts { get; } = [];

    /// <summary>Folds everything at once and ends all partitions.</summary>
    public static FoldRun Whole(AggregationSettings settings, IReadOnlyList<EnvelopeRecord> records)
    {
        FoldRun run = new(settings);
        run.Expect(records);
        run.Fold(records);
        run.Finish();
        return run;
    }

    /// <summary>Folds in batches and says after each how far all partitions are that have more to come.</summary>
    public static FoldRun InBatches(AggregationSettings settings, IReadOnlyList<EnvelopeRecord> records, Func<int> batchSize)
    {
        FoldRun run = new(settings);
        run.Expect(records);
        for (int i = 0; i < records.Count;)
        {
            int size = Math.Min(batchSize(), records.Count - i);
            run.Fold([.. records.Skip(i).Take(size)]);
            run.AdvanceByPartitions();
            i += size;
        }
        run.Finish();
        return run;
    }

    /// <summary>Makes the partitions of the records known and counts what each has to come.</summary>
    public void Expect(IEnumerable<EnvelopeRecord> records)
    {
        foreach (EnvelopeRecord record in records)
        {
            if (!_left.TryGetValue(record.Partition, out int left))
            {
                Aggregator.AddPartition(record.Partition, new(0, PartitionWatermark.None));
            }
            _left[record.Partition] = left + 1;
        }
    }

    /// <summary>Makes a partition known that is read from somewhere on.</summary>
    public void Expect(PartitionId partition, LogPosition from, int records)
    {
        Aggregator.AddPartition(partition, from);
        _left[partition] = records;
    }

    public void Fold(IReadOnlyList<EnvelopeRecord> records)
    {
        if (records.Count == 0)
        {
            return;
        }
        RecordBatch batch = new(records.Count, 4096);
        foreach (EnvelopeRecord record in records)
        {
            batch.Add(record.Partition, record.Offset, record.TimestampMs, record.Value, record.Value is not null);
            if (_left.TryGetValue(record.Partition, out int left))
            {
                _left[record.Partition] = left - 1;
            }
        }
        Aggregator.Fold(batch);
    }

    /// <summary>The least watermark of the partitions that have more to come.</summary>
    public void AdvanceByPartitions() =>
        Advance(_left.Where(partition => partition.Value > 0).Select(partition => Aggregator.WatermarkOf(partition.Key)).DefaultIfEmpty(long.MaxValue).Min());

    public void Finish() => Advance(long.MaxValue);

    public void Advance(long watermarkMs)
    {
        FinalResults results = Aggregator.Advance(watermarkMs);
        ActivityStarts.AddRange(results.Activities.Select(activity => activity.Window.StartMs));
        foreach (WindowResult window in results.Windows)
        {
            _summary.Windows++;
            foreach (GroupResult group in window.Groups)
            {
                using MemoryStream line = new();
                ResultLine.Write(line, window.Window, group, _settings.Groups);
                _lines.Add(Encoding.UTF8.GetString(line.GetBuffer().AsSpan(0, (int)line.Length - 1)));
            }
        }
    }
}

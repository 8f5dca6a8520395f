using Aggregator.Benchmarks.Input;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>
/// Decode and fold from memory, windows given out as in the service: four minutes of event time, 120,000 messages a window. The tables of the
/// windows are what is allocated; nothing is per record.
/// </summary>
[MemoryDiagnoser]
public class FoldBenchmark
{
    public const int Records = 1_000_000;

    private RecordBatch[] _batches = null!;

    /// <summary>Total group only, or besides it 24 and 96 groups.</summary>
    [Params(false, true)]
    public bool Groups { get; set; }

    [GlobalSetup]
    public void Setup() => _batches = SampleTraffic.Batches(Records);

    [Benchmark(OperationsPerInvoke = Records)]
    public void Fold()
    {
        FoldCounters counters = new();
        WindowAggregator aggregator = new(new AggregationSettings { Groups = Groups ? SampleTraffic.TwoSets : [] }, new FieldNames(), counters);
        int windows = 0;
        foreach (RecordBatch batch in _batches)
        {
            aggregator.Fold(batch);
            windows += aggregator.Advance(aggregator.Progress.Min(partition => partition.WatermarkMs)).Windows.Count;
        }
        windows += aggregator.Advance(long.MaxValue).Windows.Count;
        if (windows < 4 || counters.Records(RecordTopic.Latency) + counters.Records(RecordTopic.Ack) != Records)
        {
            throw new InvalidOperationException($"{windows} windows of {counters.Records(RecordTopic.Latency)} + {counters.Records(RecordTopic.Ack)} records");
        }
    }
}

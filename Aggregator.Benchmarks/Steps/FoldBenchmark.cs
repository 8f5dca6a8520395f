using Aggregator.Benchmarks.Input;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>
/// Decode and fold from memory, windows given out as in the service: four minutes of event time, 120,000 messages a window. Tables of windows are what is allocated;
/// nothing is per record.
/// </summary>
[MemoryDiagnoser]
public class FoldBenchmark
{
    public const int Records = 1_000_000;

    private RecordBatch[] _batches = null!;
    private WindowAggregator _running = null!;
    private long _lengthMs;

    /// <summary>Total group only, or besides it 24 and 96 groups.</summary>
    [Params(false, true)]
    public bool Groups { get; set; }

    /// <summary>Threads that fold; compare by the clock.</summary>
    [Params(1, 2)]
    public int Lanes { get; set; } = 1;

    /// <summary>How many records, in as much event time whatever their number.</summary>
    public int Count { get; set; } = Records;

    /// <summary>As <see cref="AggregationSettings.NumberedCombinations"/>.</summary>
    public int NumberedCombinations { get; set; } = new AggregationSettings().NumberedCombinations;

    [GlobalSetup]
    public void Setup()
    {
        _batches = SampleTraffic.Batches(Count, (int)((long)SampleTraffic.Rate * Count / Records));
        _lengthMs = _batches[^1].Timestamps[^1] - SampleTraffic.StartMs;
        _running = Aggregator(new());
        Fold(_running);
    }

    /// <summary>The same traffic again, behind what was folded so far: not a part of what is measured.</summary>
    [IterationSetup(Target = nameof(Fold))]
    public void GoOn() => SampleTraffic.Delay(_batches, _lengthMs);

    /// <summary>Of a service that has been running for some windows: tables have the size that they need.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public void Fold() => Check(Fold(_running));

    /// <summary>Of one that has just been started: nothing is known of what a window brings.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public void FoldFromStart()
    {
        FoldCounters counters = new();
        WindowAggregator aggregator = Aggregator(counters);
        Check(Fold(aggregator) + aggregator.Advance(long.MaxValue).Windows.Count);
        if (counters.Records(RecordTopic.Latency) + counters.Records(RecordTopic.Ack) != Count)
        {
            throw new InvalidOperationException($"{counters.Records(RecordTopic.Latency)} + {counters.Records(RecordTopic.Ack)} records");
        }
    }

    private WindowAggregator Aggregator(FoldCounters counters) => new(
        new AggregationSettings
        {
            Groups = Groups ? SampleTraffic.TwoSets : [],
            Join = Lanes == 1 ? DeliveryJoinScope.All : DeliveryJoinScope.Partition,
            Lanes = Lanes,
            NumberedCombinations = NumberedCombinations,
        },
        new FieldNames(),
        counters);

    private int Fold(WindowAggregator aggregator)
    {
        int windows = 0;
        foreach (RecordBatch batch in _batches)
        {
            aggregator.Fold(batch);
            windows += aggregator.Advance(aggregator.Progress.Min(partition => partition.WatermarkMs)).Windows.Count;
        }
        return windows;
    }

    private static void Check(int windows)
    {
        if (windows < 4)
        {
            throw new InvalidOperationException($"{windows} windows");
        }
    }
}

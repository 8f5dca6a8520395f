using Aggregator.Benchmarks.Input;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>The whole of a replay but for the disk: envelopes from memory, read twice (for the ends of the partitions and for the records), to result lines.</summary>
[MemoryDiagnoser]
public class ReplayBenchmark
{
    public const int Records = 500_000;

    private byte[] _text = null!;

    /// <summary>Total group only, or besides it 24 and 96 groups.</summary>
    [Params(false, true)]
    public bool Groups { get; set; }

    [GlobalSetup]
    public void Setup() => _text = SampleTraffic.Envelopes(Records);

    [Benchmark(OperationsPerInvoke = Records)]
    public void Replay()
    {
        AggregationSettings settings = new() { Groups = Groups ? SampleTraffic.TwoSets : [] };
        FileReplay replay = new([new MemoryInput(_text)], settings, new FieldNames(), "im-latency", "ack");
        ReplaySummary summary = replay.Run(Stream.Null, CancellationToken.None);
        if (summary.Records != Records)
        {
            throw new InvalidOperationException($"{summary.Records} records");
        }
    }
}

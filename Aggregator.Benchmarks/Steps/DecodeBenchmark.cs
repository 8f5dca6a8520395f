using Aggregator.Benchmarks.Input;
using Aggregator.Core.Records;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>One record's bytes to numbers. Dimensions are in the JSON either way; the parameter says whether anybody asks for them.</summary>
[MemoryDiagnoser]
public class DecodeBenchmark
{
    public const int Records = 16_384;

    private RecordBatch _latency = null!;
    private RecordBatch _acks = null!;
    private RecordDecoder _decoder = null!;
    private DecodedRecord _record = null!;

    [Params(0, 3)]
    public int Dimensions { get; set; }

    /// <summary>False: the general reader alone.</summary>
    [Params(true, false)]
    public bool LearnsShapes { get; set; } = true;

    [GlobalSetup]
    public void Setup()
    {
        string[] dimensions = SampleTraffic.TwoSets[1][..Dimensions];
        _latency = SampleTraffic.Batch(RecordTopic.Latency, Records);
        _acks = SampleTraffic.Batch(RecordTopic.Ack, Records);
        _decoder = new(new FieldNames(), dimensions, TimeSpan.FromMinutes(5), LearnsShapes);
        _record = new(dimensions.Length);
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public void Latency() => Decode(_latency);

    [Benchmark(OperationsPerInvoke = Records)]
    public void Acks() => Decode(_acks);

    private void Decode(RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            _decoder.Forget();
            RejectReason reason = _decoder.Decode(batch, i, _record);
            if (reason != RejectReason.None)
            {
                throw new InvalidOperationException($"record {i} was rejected: {reason}");
            }
        }
    }
}

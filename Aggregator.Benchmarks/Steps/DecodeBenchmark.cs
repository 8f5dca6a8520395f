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

    [GlobalSetup]
    public void Setup()
    {
        string[] dimensions = SampleTraffic.TwoSets[1][..Dimensions];
        _latency = SampleTraffic.Batch(RecordTopic.Latency, Records);
        _acks = SampleTraffic.Batch(RecordTopic.Ack, Records);
        _decoder = new(new FieldNames(), dimensions, TimeSpan.FromMinutes(5));
        _record = new(dimensions.Length);
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public void Latency() => Decode(RecordTopic.Latency, _latency);

    [Benchmark(OperationsPerInvoke = Records)]
    public void Acks() => Decode(RecordTopic.Ack, _acks);

    private void Decode(RecordTopic topic, RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            RejectReason reason = _decoder.Decode(topic, batch.Value(i), batch.Timestamps[i], _record);
            if (reason != RejectReason.None)
            {
                throw new InvalidOperationException($"record {i} was rejected: {reason}");
            }
        }
    }
}

using Aggregator.Core.Sketches;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>What a fact costs in the sketches, at the sizes that a busy minute has.</summary>
[MemoryDiagnoser]
public class SketchBenchmark
{
    public const int Items = 65_536;

    private const int KnownGroups = 96;

    private readonly ulong[] _hashes = new ulong[Items];
    private readonly ulong[] _groups = new ulong[Items];
    private readonly uint[] _samples = new uint[Items];
    private readonly DistinctCounter _known = new();
    private readonly UltraLogLog _sketch = new();
    private readonly LatencyHistogram _histogram = new();
    private readonly HashIndex _index = new();

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        for (int i = 0; i < Items; i++)
        {
            _hashes[i] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            _samples[i] = (uint)(60 * Math.Exp(random.NextDouble() * 3));
            _known.Add(_hashes[i]);
        }
        for (int i = 0; i < KnownGroups; i++)
        {
            _index.Add(_hashes[i], i);
        }
        for (int i = 0; i < Items; i++)
        {
            _groups[i] = _hashes[random.Next(KnownGroups)];
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public DistinctCounter DistinctNew()
    {
        DistinctCounter counter = new();
        foreach (ulong hash in _hashes)
        {
            counter.Add(hash);
        }
        return counter;
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void DistinctKnown()
    {
        foreach (ulong hash in _hashes)
        {
            _known.Add(hash);
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void UltraLogLogAdd()
    {
        foreach (ulong hash in _hashes)
        {
            _sketch.Add(hash);
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void HistogramAdd()
    {
        foreach (uint sample in _samples)
        {
            _histogram.Add(sample);
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public int GroupLookUp()
    {
        int sum = 0;
        foreach (ulong group in _groups)
        {
            _index.TryGet(group, out int index);
            sum += index;
        }
        return sum;
    }
}

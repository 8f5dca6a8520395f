using Aggregator.Benchmarks.Input;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks.Steps;

/// <summary>Lines of <c>kcat -C -J</c> to records in batches.</summary>
[MemoryDiagnoser]
public class EnvelopeBenchmark
{
    public const int Lines = 16_384;

    private readonly RecordBatch _batch = new();
    private readonly EnvelopeReader _reader = new("im-latency", "ack");
    private byte[] _text = null!;

    /// <summary>Whether all lines go the way of those of unusual looks.</summary>
    public bool IsAny { get; set; }

    [GlobalSetup]
    public void Setup() => _text = SampleTraffic.Envelopes(Lines);

    /// <summary>Only finds the ends of the lines: the part that is not the envelopes'.</summary>
    [Benchmark(OperationsPerInvoke = Lines)]
    public long SplitLines()
    {
        using LineReader lines = new(new MemoryStream(_text));
        while (lines.TryRead(out _))
        {
        }
        return lines.LineNumber;
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public void Read()
    {
        using LineReader lines = new(new MemoryStream(_text));
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if (_batch.IsFull)
            {
                _batch.Clear();
            }
            string? problem;
            EnvelopeKind kind = IsAny ? _reader.ReadAny(line, _batch, out _, out _, out problem) : _reader.Read(line, _batch, out _, out _, out problem);
            if (kind != EnvelopeKind.Record)
            {
                throw new InvalidOperationException(problem);
            }
        }
    }
}

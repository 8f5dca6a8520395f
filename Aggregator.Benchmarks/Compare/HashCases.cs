using System.IO.Hashing;
using System.Runtime.InteropServices;
using Aggregator.Benchmarks.Input;
using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Compare;

/// <summary>Five texts of a record, as long as ids and values of dimensions are.</summary>
internal static class HashCases
{
    private static readonly Range[] Places = [2..18, 20..28, 30..39, 42..49, 50..55];

    public static (QuickRun Run, int Operations) Texts(bool isThere)
    {
        RecordBatch batch = SampleTraffic.Batch(RecordTopic.Latency, 16_384);
        return (new(() => GC.KeepAlive(isThere ? Sum(batch, text => TextHash.Of(ref MemoryMarshal.GetReference(text), text.Length)) : Sum(batch, text => XxHash3.HashToUInt64(text)))), batch.Count);
    }

    private static ulong Sum(RecordBatch batch, Func<ReadOnlySpan<byte>, ulong> hash)
    {
        ulong sum = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> value = batch.Value(i);
            foreach (Range text in Places)
            {
                sum += hash(value[text]);
            }
        }
        return sum;
    }
}

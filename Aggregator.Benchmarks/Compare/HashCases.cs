using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aggregator.Benchmarks.Input;
using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Compare;

/// <summary>Three texts of a record, as long as an id and two users are.</summary>
internal static class HashCases
{
    private const int Id = 16;
    private const int User = 8;

    public static (QuickRun Run, int Operations) Texts(bool isThere)
    {
        RecordBatch batch = SampleTraffic.Batch(RecordTopic.Latency, 16_384);
        return (new(isThere ? () => GC.KeepAlive(InLine(batch)) : () => GC.KeepAlive(Framework(batch))), batch.Count);
    }

    private static ulong InLine(RecordBatch batch)
    {
        ulong sum = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ref byte first = ref MemoryMarshal.GetReference(batch.Value(i));
            sum += TextHash.Of(ref first, Id) + TextHash.Of(ref Unsafe.Add(ref first, Id), User) + TextHash.Of(ref Unsafe.Add(ref first, Id + User), User);
        }
        return sum;
    }

    private static ulong Framework(RecordBatch batch)
    {
        ulong sum = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> value = batch.Value(i);
            sum += XxHash3.HashToUInt64(value[..Id]) + XxHash3.HashToUInt64(value.Slice(Id, User)) + XxHash3.HashToUInt64(value.Slice(Id + User, User));
        }
        return sum;
    }
}

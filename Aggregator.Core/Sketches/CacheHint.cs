using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Aggregator.Core.Sketches;

/// <summary>Asks the processor to fetch memory that will be needed soon. Changes nothing else.</summary>
// HOT: a miss of the second cache costs as much as decoding half a record; asked for some records ahead, it costs nothing.
internal static unsafe class CacheHint
{
    /// <summary>The memory of a value will be needed soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Soon<T>(ref T value)
    {
        if (Sse.IsSupported)
        {
            // Not pinned: should the collector move it meanwhile, the hint is wasted.
#pragma warning disable CS8500 // takes the address of a managed type: it is not followed
            Sse.Prefetch0(Unsafe.AsPointer(ref value));
#pragma warning restore CS8500
        }
    }
}

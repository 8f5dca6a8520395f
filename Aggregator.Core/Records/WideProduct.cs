using System.Runtime.CompilerServices;

namespace Aggregator.Core.Records;

/// <summary>The product of two 64-bit numbers to 128 bits, of which hashes are made.</summary>
internal static class WideProduct
{
    /// <summary>The upper half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong High(ulong left, ulong right) => Math.BigMul(left, right, out _);

    /// <summary>Both halves, folded onto each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Folded(ulong left, ulong right) => Math.BigMul(left, right, out ulong low) ^ low;
}

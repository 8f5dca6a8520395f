using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Aggregator.Core.Records;

/// <summary>The product of two 64-bit numbers to 128 bits, of which hashes are made.</summary>
// HOT: ten times a record. Math.BigMul hands the low half over in memory, which takes longer than to multiply twice.
internal static class WideProduct
{
    /// <summary>The upper half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong High(ulong left, ulong right) => Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(left, right) : Math.BigMul(left, right, out _);

    /// <summary>Both halves, folded onto each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Folded(ulong left, ulong right) => High(left, right) ^ (left * right);
}

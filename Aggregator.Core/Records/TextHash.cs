using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Aggregator.Core.Records;

/// <summary>
/// The 64-bit hash of a text that stands for it from the decoder on. Two multiplications to 128 bits, folded onto themselves, for texts of up to 16 bytes, which ids and
/// values of dimensions mostly are, and one more for each further 16: the construction of wyhash (https://github.com/wangyi-fudan/wyhash). Every bit counts as random.
/// Unseeded, so that results do not differ between runs.
/// </summary>
// HOT: some five times a record, inlined. Benchmark: DecodeBenchmark.
internal static class TextHash
{
    /// <summary>So many bytes behind a text must be readable.</summary>
    public const int Padding = BlockBytes;

    private const int BlockBytes = 16;
    private const ulong Key0 = 0xA076_1D64_78BD_642F;
    private const ulong Key1 = 0xE703_7ED1_A0B4_28DB;
    private const ulong Key2 = 0x8EBC_6AF0_9C88_C6E3;

    private static ReadOnlySpan<byte> Masks =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The hash of a text of which <see cref="Padding"/> bytes more can be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ref byte text, int length)
    {
        if (length > BlockBytes)
        {
            return OfLong(ref text, length);
        }
        Vector128<byte> mask = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(BlockBytes - length));
        Vector128<ulong> block = (Vector128.LoadUnsafe(ref text) & mask).AsUInt64();
        return Finish(block.ToScalar(), block.GetElement(1), Key2, length);
    }

    /// <summary>One hash of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Combine(ulong left, ulong right) => Finish(left, right, Key2, 2 * sizeof(ulong));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong OfLong(ref byte text, int length)
    {
        ulong seed = Key2;
        int at = 0;
        for (; length - at > BlockBytes; at += BlockBytes)
        {
            seed = WideProduct.Folded(Word(ref text, at) ^ Key1, Word(ref text, at + 8) ^ seed);
        }
        return Finish(Word(ref text, length - 16), Word(ref text, length - 8), seed, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finish(ulong low, ulong high, ulong seed, int length) => WideProduct.Folded(Key0 ^ (uint)length, WideProduct.Folded(low ^ Key1, high ^ seed));

    private static ulong Word(ref byte text, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, at));
}

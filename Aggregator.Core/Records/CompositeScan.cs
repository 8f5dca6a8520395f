using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aggregator.Core.Records;

/// <summary>
/// Finds the end of an object or an array that nobody wants, and judges it on the way as strictly as the general reader does: what stands in it, how deep it goes, and whether all of its strings
/// have a text. Each string is found by the marks of the record, so that it costs little more than its values.
/// </summary>
// HOT: once per object or array of a record. Benchmark: `shapes`.
internal static class CompositeScan
{
    /// <summary>Its kind and length, as <see cref="FieldValue.Scanned"/>; <see cref="ValueScan.None"/> where it is none, or does not end within the record.</summary>
    /// <param name="first">The first byte of the record.</param>
    /// <param name="length">The length of the record.</param>
    /// <param name="start">Where it begins, with its bracket.</param>
    /// <param name="marks">What <see cref="ValueScan.Mark"/> found.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Scan(ref byte first, int length, int start, ref ulong marks)
    {
        ReadOnlySpan<byte> value = MemoryMarshal.CreateReadOnlySpan(ref first, length);
        // A bit for each level, the innermost the lowest: whether it is an object. The record itself is the first.
        ulong objects = 1;
        int depth = 1;
        int at = start;
        while (true)
        {
            byte kind = Next(value, ref at);
            if (kind is (byte)'{' or (byte)'[')
            {
                if (depth++ == JsonFieldReader.MaxDepth)
                {
                    return ValueScan.None;
                }
                at++;
                objects = (objects << 1) | (kind == '{' ? 1UL : 0);
                // An empty one ends below.
                if (Next(value, ref at) != Closing(objects))
                {
                    if ((objects & 1) != 0 && !TrySkipName(value, ref at, ref marks))
                    {
                        return ValueScan.None;
                    }
                    continue;
                }
            }
            else if (depth == 1 || !TrySkipScalar(value, ref at, ref marks))
            {
                return ValueScan.None;
            }
            // Behind a value: what ends with it, and where it goes on.
            byte next = Next(value, ref at);
            for (; next == Closing(objects); next = Next(value, ref at))
            {
                at++;
                objects >>= 1;
                if (--depth == 1)
                {
                    return FieldValue.Scanned(FieldValue.Kind.Composite, at - start);
                }
            }
            at++;
            if (next != ',' || ((objects & 1) != 0 && !TrySkipName(value, ref at, ref marks)))
            {
                return ValueScan.None;
            }
        }
    }

    /// <summary>The kind and length of true, false or null, the last as <see cref="FieldValue.Kind.Absent"/> with a length; <see cref="ValueScan.None"/> where there is none.</summary>
    /// <param name="first">The first byte of the record.</param>
    /// <param name="start">Where it begins.</param>
    public static ulong Literal(ref byte first, int start)
    {
        ref byte literal = ref Unsafe.Add(ref first, start);
        uint word = Unsafe.ReadUnaligned<uint>(ref literal);
        return word == Unsafe.ReadUnaligned<uint>(in "true"u8[0]) ? FieldValue.Scanned(FieldValue.Kind.True, 4)
            : word == Unsafe.ReadUnaligned<uint>(in "null"u8[0]) ? FieldValue.Scanned(FieldValue.Kind.Absent, 4)
            : word == Unsafe.ReadUnaligned<uint>(in "fals"u8[0]) && Unsafe.Add(ref literal, 4) == 'e' ? FieldValue.Scanned(FieldValue.Kind.False, 5)
            : ValueScan.None;
    }

    /// <summary>What closes the innermost level.</summary>
    private static byte Closing(ulong objects) => (objects & 1) != 0 ? (byte)'}' : (byte)']';

    /// <summary>The next byte that is not white space; 0, which stands nowhere outside of strings, where the record ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Next(ReadOnlySpan<byte> value, ref int at)
    {
        for (; (uint)at < (uint)value.Length; at++)
        {
            if (value[at] is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return value[at];
            }
        }
        return 0;
    }

    private static bool TrySkipName(ReadOnlySpan<byte> value, ref int at, ref ulong marks)
    {
        if (Next(value, ref at) != '"' || !TrySkipScalar(value, ref at, ref marks) || Next(value, ref at) != ':')
        {
            return false;
        }
        at++;
        return true;
    }

    /// <summary>Skips a string, a number or a literal that begins at <paramref name="at"/>; may end beyond the record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySkipScalar(ReadOnlySpan<byte> value, ref int at, ref ulong marks)
    {
        if ((uint)at >= (uint)value.Length)
        {
            return false;
        }
        ref byte first = ref MemoryMarshal.GetReference(value);
        byte kind = value[at];
        ulong scanned;
        if (kind == '"')
        {
            scanned = ValueScan.String(ref first, value.Length, at + 1, ref marks, out _);
            at += 2;
        }
        else
        {
            scanned = kind is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? ValueScan.Number(ref first, value.Length, at, out _) : Literal(ref first, at);
        }
        at += FieldValue.LengthOf(scanned);
        return scanned != ValueScan.None;
    }
}

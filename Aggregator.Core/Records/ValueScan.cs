using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;
using Aggregator.Core.Tuning;

namespace Aggregator.Core.Records;

/// <summary>
/// Finds the end of a JSON value and judges it on the way, as strictly as the general reader does. The usual value takes one vector; everything else goes to the slow
/// methods. Reads up to <see cref="RecordBatch.Padding"/> bytes beyond the record.
/// </summary>
// HOT: once per field. Benchmark: DecodeBenchmark.
internal static class ValueScan
{
    /// <summary>What is no value of the kind looked for.</summary>
    public const ulong None = ulong.MaxValue;

    /// <summary>Room for the marks of the longest record, and a word beyond.</summary>
    public const int MarkWords = (RecordDecoder.MaxValueBytes / 64) + 2;

    /// <summary>The kind and length of a string up to its closing quote, as <see cref="FieldValue.Scanned"/>; <see cref="None"/> where it is no string of valid UTF-8.</summary>
    /// <remarks>Of one that does not end within the record something is returned that ends beyond it, so that nothing matches behind it.</remarks>
    /// <param name="first">The first byte of the record.</param>
    /// <param name="length">The length of the record.</param>
    /// <param name="start">Where the string begins, behind its opening quote; not beyond the record.</param>
    /// <param name="marks">What <see cref="Mark"/> found.</param>
    /// <param name="valueLength">Its length once more: where the next value is looked for depends on it, and to take it out of the word again takes time (DecodeBenchmark).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong String(ref byte first, int length, int start, ref ulong marks, out int valueLength)
    {
        ulong special = Tricks.MarksEnds
            ? Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref Unsafe.As<ulong, byte>(ref marks), (uint)start >> 3)) >> (start & 7)
            : Special(ref Unsafe.Add(ref first, start));
        valueLength = BitOperations.TrailingZeroCount(special);
        return special != 0 && Unsafe.Add(ref first, start + valueLength) == '"'
            ? FieldValue.Scanned(FieldValue.Kind.String, valueLength)
            : WithLength(LongString(ref first, length, start, ref marks), out valueLength);
    }

    /// <summary>
    /// Marks the bytes of a record that end a run of plain ASCII text, a bit for each. All at once, because then the end of a string is found in a few cycles: where the next one begins
    /// depends on it, and that is what a record waits for (DecodeBenchmark).
    /// </summary>
    /// <param name="first">The first byte of the record.</param>
    /// <param name="length">The length of the record.</param>
    /// <param name="marks">Takes the bits; what lies beyond the record is undefined.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mark(ref byte first, int length, ref ulong marks)
    {
        for (int at = 0; at < length && Tricks.MarksEnds; at += 64)
        {
            Unsafe.Add(ref marks, at >> 6) = Special(ref Unsafe.Add(ref first, at)) | ((ulong)Special(ref Unsafe.Add(ref first, at + 32)) << 32);
        }
    }

    /// <summary>The kind and length of a number; <see cref="None"/> where there is none.</summary>
    /// <param name="first">The first byte of the record.</param>
    /// <param name="length">The length of the record.</param>
    /// <param name="start">Where it begins; not beyond the record.</param>
    /// <param name="valueLength">As for <see cref="String"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Number(ref byte first, int length, int start, out int valueLength)
    {
        ref byte number = ref Unsafe.Add(ref first, start);
        valueLength = BitOperations.TrailingZeroCount(NoDigits(ref number) | 0x1_0000);
        byte next = Unsafe.Add(ref number, valueLength);
        return (uint)(valueLength - 1) < 15 && (valueLength == 1 || number != '0') && next != '.' && (next | 0x20) != 'e'
            ? FieldValue.Scanned(FieldValue.Kind.Integer, valueLength)
            : WithLength(AnyNumber(ref first, length, start), out valueLength);
    }

    /// <summary>As <see cref="Number"/>, for one that usually has 13 digits. A fraction behind them is left to be found by who looks at what follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Timestamp(ref byte first, int length, int start, out int valueLength)
    {
        ref byte number = ref Unsafe.Add(ref first, start);
        valueLength = 13;
        return (NoDigits(ref number) & 0x3FFF) == 0x2000 && number != '0'
            ? FieldValue.Scanned(FieldValue.Kind.Integer, 13)
            : WithLength(AnyNumber(ref first, length, start), out valueLength);
    }

    /// <summary>Takes the length out of a word of <see cref="FieldValue.Scanned"/>; any where it is <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WithLength(ulong scanned, out int valueLength)
    {
        valueLength = FieldValue.LengthOf(scanned);
        return scanned;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint NoDigits(ref byte at) =>
        Vector128.GreaterThan(Vector128.LoadUnsafe(ref at) - Vector128.Create((byte)'0'), Vector128.Create((byte)9)).ExtractMostSignificantBits();

    /// <summary>A bit for each of the next 32 bytes that ends a run of plain ASCII text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Special(ref byte at)
    {
        Vector256<byte> bytes = Vector256.LoadUnsafe(ref at);
        // One signed comparison finds control characters and, as negative numbers, all that is not ASCII.
        return (Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
            | Vector256.LessThan(bytes.AsSByte(), Vector256.Create((sbyte)0x20)).AsByte()).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong LongString(ref byte first, int length, int start, ref ulong marks)
    {
        int at = Tricks.MarksEnds ? NextMark(length, start, ref marks) : NextSpecial(ref first, length, start);
        return at >= length ? None
            : Unsafe.Add(ref first, at) == '"' ? FieldValue.Scanned(FieldValue.Kind.String, at - start)
            : UnusualString(ref first, length, start, at);
    }

    private static int NextMark(int length, int start, ref ulong marks)
    {
        int word = start >> 6;
        ulong special = Unsafe.Add(ref marks, word) & (ulong.MaxValue << start);
        while (special == 0)
        {
            if (++word << 6 >= length)
            {
                return length;
            }
            special = Unsafe.Add(ref marks, word);
        }
        return (word << 6) + BitOperations.TrailingZeroCount(special);
    }

    private static int NextSpecial(ref byte first, int length, int at)
    {
        for (; at < length; at += Vector256<byte>.Count)
        {
            uint special = Special(ref Unsafe.Add(ref first, at));
            if (special != 0)
            {
                return at + BitOperations.TrailingZeroCount(special);
            }
        }
        return length;
    }

    /// <summary>Goes on from escape to escape where a character is escaped or not ASCII.</summary>
    private static ulong UnusualString(ref byte first, int length, int start, int at)
    {
        FieldValue.Kind kind = FieldValue.Kind.String;
        while (at < length)
        {
            uint stops = Stops(ref Unsafe.Add(ref first, at));
            if (stops == 0)
            {
                at += Vector256<byte>.Count;
                continue;
            }
            at += BitOperations.TrailingZeroCount(stops);
            ReadOnlySpan<byte> rest = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref first, at), Math.Max(0, length - at));
            if (rest is [(byte)'"', ..])
            {
                return Utf8.IsValid(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref first, start), at - start)) ? FieldValue.Scanned(kind, at - start) : None;
            }
            int escape = JsonStringText.EscapeLength(rest);
            if (escape == 0)
            {
                return None;
            }
            kind = FieldValue.Kind.EscapedString;
            at += escape;
        }
        return None;
    }

    /// <summary>A bit for each of the next 32 bytes that is a quote, a backslash or a control character.</summary>
    private static uint Stops(ref byte at)
    {
        Vector256<byte> bytes = Vector256.LoadUnsafe(ref at);
        return (Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
            | Vector256.LessThan(bytes, Vector256.Create((byte)0x20))).ExtractMostSignificantBits();
    }

    /// <summary>A number as RFC 8259 writes it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong AnyNumber(ref byte first, int length, int start)
    {
        ReadOnlySpan<byte> value = MemoryMarshal.CreateReadOnlySpan(ref first, length);
        int at = start;
        if (at < value.Length && value[at] == '-')
        {
            at++;
        }
        int digits = SkipDigits(value, ref at);
        if (digits == 0 || (digits > 1 && value[at - digits] == '0'))
        {
            return None;
        }
        if (at < value.Length && value[at] is (byte)'.' or (byte)'e' or (byte)'E')
        {
            return SkipFractionAndExponent(value, ref at) ? FieldValue.Scanned(FieldValue.Kind.OtherNumber, at - start) : None;
        }
        return FieldValue.Scanned(FieldValue.Kind.Integer, at - start);
    }

    private static bool SkipFractionAndExponent(ReadOnlySpan<byte> value, ref int at)
    {
        if (value[at] == '.')
        {
            at++;
            if (SkipDigits(value, ref at) == 0)
            {
                return false;
            }
        }
        if (at < value.Length && value[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < value.Length && value[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }
            return SkipDigits(value, ref at) > 0;
        }
        return true;
    }

    private static int SkipDigits(ReadOnlySpan<byte> value, ref int at)
    {
        int start = at;
        while ((uint)at < (uint)value.Length && (uint)(value[at] - '0') <= 9)
        {
            at++;
        }
        return at - start;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Unicode;

namespace Aggregator.Core.Records;

/// <summary>
/// The shape in which a producer writes a record: the bytes between the values, which are always the same. With it the fields of a record are found by comparing and
/// skipping, without parsing; at the first difference the record is left to the general reader. What it accepts is valid JSON in valid UTF-8: the bytes between were
/// when they were learned, and each value is checked.
/// </summary>
// HOT: once per record. Benchmark: DecodeBenchmark.
internal sealed class FieldTemplate
{
    private const int MaxParts = 64;

    private readonly Part[] _parts;
    private readonly byte[] _tail;

    private FieldTemplate(Part[] parts, byte[] tail)
    {
        _parts = parts;
        _tail = tail;
    }

    /// <summary>Finds the fields of a record of this shape.</summary>
    /// <param name="value">The value of the record.</param>
    /// <param name="fields">Takes the fields; all absent before, undefined where the shape is another.</param>
    /// <returns>Whether it has the shape.</returns>
    public bool TryRead(ReadOnlySpan<byte> value, Span<FieldValue> fields)
    {
        int at = 0;
        foreach (ref readonly Part part in _parts.AsSpan())
        {
            if (!StartsWith(value, at, part.Before))
            {
                return false;
            }
            at += part.Before.Length;
            FieldValue.Kind kind = FieldValue.Kind.String;
            int length = part.IsString ? StringLength(value, at) : NumberLength(value, at, out kind);
            if (length < 0)
            {
                return false;
            }
            if (part.Slot >= 0)
            {
                fields[part.Slot] = new(kind, at, length);
            }
            at += length;
        }
        return value.Length - at == _tail.Length && StartsWith(value, at, _tail);
    }

    /// <summary>Learns the shape of a record that the general reader accepted.</summary>
    /// <returns>Null where the record is not of the simple kind: names that are escaped or known ones twice, objects, arrays, known fields that are no text or number.</returns>
    public static FieldTemplate? Learn(ReadOnlySpan<byte> value, RecordSchema schema)
    {
        List<Part> parts = [];
        HashSet<int> seen = [];
        int from = 0;
        Utf8JsonReader reader = new(value);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int slot = schema.SlotOf(reader.ValueSpan);
            if (reader.ValueIsEscaped || (slot >= 0 && !seen.Add(slot)) || parts.Count == MaxParts)
            {
                return null;
            }
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String or JsonTokenType.Number:
                    bool isString = reader.TokenType == JsonTokenType.String;
                    int start = (int)reader.TokenStartIndex + (isString ? 1 : 0);
                    parts.Add(new(value[from..start].ToArray(), isString, slot));
                    from = start + reader.ValueSpan.Length;
                    break;
                // Of an unknown field it is but a part of the bytes between; null is as if the field were not there.
                case JsonTokenType.Null:
                case JsonTokenType.True or JsonTokenType.False when slot < 0:
                    break;
                default:
                    return null;
            }
        }
        return parts.Count == 0 ? null : new([.. parts], value[from..].ToArray());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool StartsWith(ReadOnlySpan<byte> value, int at, byte[] literal) =>
        value.Length - at >= literal.Length && value.Slice(at, literal.Length).SequenceEqual(literal);

    /// <summary>The length of a string up to its closing quote; -1 where it holds an escape, a control character or invalid UTF-8, or does not end.</summary>
    private static int StringLength(ReadOnlySpan<byte> value, int start)
    {
        ref byte first = ref MemoryMarshal.GetReference(value);
        int at = start;
        for (; at + Vector256<byte>.Count <= value.Length; at += Vector256<byte>.Count)
        {
            Vector256<byte> bytes = Vector256.LoadUnsafe(ref first, (nuint)at);
            // One signed comparison finds control characters and, as negative numbers, all that is not ASCII.
            Vector256<byte> special = Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
                | Vector256.LessThan(bytes.AsSByte(), Vector256.Create((sbyte)0x20)).AsByte();
            uint mask = special.ExtractMostSignificantBits();
            if (mask != 0)
            {
                at += BitOperations.TrailingZeroCount(mask);
                return value[at] == '"' ? at - start : SlowStringLength(value, start, at);
            }
        }
        return SlowStringLength(value, start, at);
    }

    /// <summary>Goes on byte by byte: at the end of the record, and where a character is not ASCII.</summary>
    private static int SlowStringLength(ReadOnlySpan<byte> value, int start, int at)
    {
        bool isAscii = true;
        for (; at < value.Length; at++)
        {
            byte b = value[at];
            if (b == '"')
            {
                return isAscii || Utf8.IsValid(value[start..at]) ? at - start : -1;
            }
            if (b is (byte)'\\' or < 0x20)
            {
                return -1;
            }
            isAscii &= b < 0x80;
        }
        return -1;
    }

    /// <summary>The length of a number as RFC 8259 writes it; -1 where there is none.</summary>
    private static int NumberLength(ReadOnlySpan<byte> value, int start, out FieldValue.Kind kind)
    {
        kind = FieldValue.Kind.Integer;
        int at = start;
        if (at < value.Length && value[at] == '-')
        {
            at++;
        }
        int digits = SkipDigits(value, ref at);
        if (digits == 0 || (digits > 1 && value[at - digits] == '0'))
        {
            return -1;
        }
        if (at < value.Length && value[at] is (byte)'.' or (byte)'e' or (byte)'E')
        {
            kind = FieldValue.Kind.OtherNumber;
            return SkipFractionAndExponent(value, ref at) ? at - start : -1;
        }
        return at - start;
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

    /// <param name="Before">The bytes from the value before, or the start, to this value; the opening quote of a string among them.</param>
    /// <param name="IsString">Whether the value is a string, else a number.</param>
    /// <param name="Slot">The slot of the field; -1 for an unknown one.</param>
    private readonly record struct Part(byte[] Before, bool IsString, int Slot);
}

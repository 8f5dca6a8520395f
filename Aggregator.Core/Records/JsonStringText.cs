using System.Text;

namespace Aggregator.Core.Records;

/// <summary>
/// The text of a JSON string from its escaped form. The framework's reader has it too, but throws on a lone surrogate;
/// here that is an ordinary answer, because data never throws.
/// </summary>
public static class JsonStringText
{
    private const byte Backslash = (byte)'\\';

    /// <summary>A backslash, a u and four digits.</summary>
    private const int CodePointEscape = 6;

    // Tables, because what stands in a text cannot be predicted: a branch for each digit takes twice the time (`shapes`).
    private static readonly int[] HexDigits = [.. Enumerable.Range(0, 256).Select(b => char.IsAsciiHexDigit((char)b) ? Convert.ToInt32($"{(char)b}", 16) : -1)];
    private static readonly byte[] SimpleEscapes = TableOfEscapes();

    /// <summary>Writes the text of a string token as UTF-8.</summary>
    /// <param name="escaped">What stands between the quotes; a complete, syntactically valid JSON string.</param>
    /// <param name="destination">At least as long as <paramref name="escaped"/>: unescaping never lengthens.</param>
    /// <param name="written">Bytes written.</param>
    /// <returns>False where an escaped surrogate stands alone: such a string has no UTF-8.</returns>
    public static bool TryUnescape(ReadOnlySpan<byte> escaped, Span<byte> destination, out int written)
    {
        written = 0;
        while (true)
        {
            int plain = CopyPlain(escaped, destination[written..]);
            written += plain;
            if (plain == escaped.Length)
            {
                return true;
            }
            byte kind = escaped[plain + 1];
            escaped = escaped[(plain + 2)..];
            if (kind == '"')
            {
                destination[written++] = kind;
            }
            else if (kind != 'u')
            {
                destination[written++] = SimpleEscape(kind);
            }
            else if (TryReadCodePoint(ref escaped, out Rune rune))
            {
                written += rune.EncodeToUtf8(destination[written..]);
            }
            else
            {
                return false;
            }
        }
    }

    /// <summary>Writes the text of a string up to its closing quote, judging it on the way.</summary>
    /// <param name="source">Begins behind the opening quote.</param>
    /// <param name="destination">At least as long as <paramref name="source"/>.</param>
    /// <param name="read">Bytes before the closing quote.</param>
    /// <param name="written">Bytes written.</param>
    /// <returns>False where there is no closing quote, something that no string has, or an escape of four digits: whoever asks must look closer.</returns>
    public static bool TryUnescapeToQuote(ReadOnlySpan<byte> source, Span<byte> destination, out int read, out int written)
    {
        read = 0;
        written = 0;
        while (true)
        {
            int plain = CopyPlain(source[read..], destination[written..]);
            read += plain;
            written += plain;
            if (read >= source.Length - 1 || source[read] != Backslash)
            {
                return read < source.Length && source[read] == '"';
            }
            byte kind = source[read + 1];
            byte text = kind == '"' ? kind : SimpleEscape(kind);
            if (text == 0)
            {
                return false;
            }
            destination[written++] = text;
            read += 2;
        }
    }

    // HOT: once per escape of a replayed record. Byte by byte, for between those of JSON within JSON lie 5 bytes on average.
    /// <summary>Copies what stands before the next escape, quote or control character; returns its length.</summary>
    private static int CopyPlain(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int i = 0;
        for (; i < source.Length && source[i] is not (Backslash or (byte)'"' or < 0x20); i++)
        {
            destination[i] = source[i];
        }
        return i;
    }

    /// <summary>Whether every escaped surrogate in the string has its partner.</summary>
    /// <param name="escaped">As for <see cref="TryUnescape"/>.</param>
    public static bool HasText(ReadOnlySpan<byte> escaped)
    {
        while (true)
        {
            int plain = escaped.IndexOf(Backslash);
            if (plain < 0)
            {
                return true;
            }
            bool isCodePoint = escaped[plain + 1] == 'u';
            escaped = escaped[(plain + 2)..];
            if (isCodePoint && !TryReadCodePoint(ref escaped, out _))
            {
                return false;
            }
        }
    }

    /// <summary>Reads the four hex digits behind <c>\u</c>, and the second half of a pair where the first stands.</summary>
    private static bool TryReadCodePoint(ref ReadOnlySpan<byte> rest, out Rune rune)
    {
        char first = ReadHex(rest);
        rest = rest[4..];
        if (Rune.TryCreate(first, out rune))
        {
            return true;
        }
        if (rest.Length < 6 || rest[0] != Backslash || rest[1] != 'u' || !Rune.TryCreate(first, ReadHex(rest[2..]), out rune))
        {
            return false;
        }
        rest = rest[6..];
        return true;
    }

    /// <summary>The length of the escape at the beginning of a text, of both where two stand for one character; 0 where it is none, or one that has no text.</summary>
    internal static int EscapeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != Backslash)
        {
            return 0;
        }
        if (text[1] != 'u')
        {
            return SimpleEscape(text[1]) == 0 ? 0 : 2;
        }
        int code = HexEscape(text);
        return code < 0 ? 0
            : !char.IsSurrogate((char)code) ? CodePointEscape
            : char.IsHighSurrogate((char)code) && HexEscape(text[CodePointEscape..]) is var second && second >= 0 && char.IsLowSurrogate((char)second) ? 2 * CodePointEscape
            : 0;
    }

    /// <summary>The number in an escape of four digits; negative where there is none.</summary>
    private static int HexEscape(ReadOnlySpan<byte> text) =>
        text.Length >= CodePointEscape && text[0] == Backslash && text[1] == 'u' ? Hex(text[2..CodePointEscape]) : -1;

    private static char ReadHex(ReadOnlySpan<byte> digits) => (char)Hex(digits[..4]);

    private static int Hex(ReadOnlySpan<byte> digits) =>
        (HexDigits[digits[0]] << 12) | (HexDigits[digits[1]] << 8) | (HexDigits[digits[2]] << 4) | HexDigits[digits[3]];

    /// <summary>The character that an escape of one letter stands for; 0 where there is none.</summary>
    private static byte SimpleEscape(byte kind) => SimpleEscapes[kind];

    private static byte[] TableOfEscapes()
    {
        byte[] table = new byte[256];
        foreach ((char letter, char character) in new[] { ('b', '\b'), ('f', '\f'), ('n', '\n'), ('r', '\r'), ('t', '\t'), ('"', '"'), ('/', '/'), ('\\', '\\') })
        {
            table[letter] = (byte)character;
        }
        return table;
    }
}

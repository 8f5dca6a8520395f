namespace Aggregator.Core.Records;

/// <summary>The last value that a record gives a field: what it is and where it stands, not yet judged.</summary>
// One word, so that it is written and read at once: 24 bits of start, 24 of length, the kind above.
internal readonly struct FieldValue
{
    private const int Bits = 24;
    private const ulong Mask = (1UL << Bits) - 1;

    private readonly ulong _word;

    public FieldValue(Kind type, int start, int length)
        : this(Scanned(type, length), start)
    {
    }

    /// <param name="scanned">Kind and length, by <see cref="Scanned"/>.</param>
    /// <param name="start">Where it stands.</param>
    public FieldValue(ulong scanned, int start) => _word = scanned | (uint)start;

    public enum Kind : byte
    {
        /// <summary>Not there, or null.</summary>
        Absent = 0,
        String,
        EscapedString,

        /// <summary>A number without fraction and exponent.</summary>
        Integer,
        OtherNumber,
        True,
        False,

        /// <summary>An object or an array.</summary>
        Composite,
    }

    public Kind Type => (Kind)(_word >> (2 * Bits));

    public int Start => (int)(_word & Mask);

    public int Length => (int)((_word >> Bits) & Mask);

    public bool IsText => Type is Kind.String or Kind.EscapedString or Kind.Integer;

    public bool IsEmptyText => Type == Kind.String && Length == 0;

    /// <summary>Kind and length of a value in one word.</summary>
    public static ulong Scanned(Kind type, int length) => ((ulong)type << (2 * Bits)) | ((ulong)(uint)length << Bits);

    /// <summary>The length in such a word.</summary>
    public static int LengthOf(ulong scanned) => (int)((scanned >> Bits) & Mask);
}

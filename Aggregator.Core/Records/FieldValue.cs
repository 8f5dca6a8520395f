namespace Aggregator.Core.Records;

/// <summary>The last value that a record gives a field: what it is and where it stands, not yet judged.</summary>
internal readonly record struct FieldValue(FieldValue.Kind Type, int Start, int Length)
{
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

    public bool IsText => Type is Kind.String or Kind.EscapedString or Kind.Integer;

    public bool IsEmptyText => Type == Kind.String && Length == 0;
}

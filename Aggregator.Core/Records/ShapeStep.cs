namespace Aggregator.Core.Records;

/// <summary>What follows the bytes of a <see cref="ShapeNode"/>.</summary>
internal enum ShapeStep : byte
{
    /// <summary>A string, whose opening quote is among the bytes.</summary>
    String,

    /// <summary>A timestamp: a number, usually of 13 digits.</summary>
    Timestamp,

    /// <summary>Any number.</summary>
    Number,

    /// <summary>The end of the record.</summary>
    End,

    /// <summary>More bytes.</summary>
    Bytes,

    /// <summary>A number without fraction and exponent.</summary>
    Integer,

    /// <summary>Nothing: the value is the last of the bytes, and true.</summary>
    True,

    /// <summary>Nothing: the value is the last of the bytes, and false.</summary>
    False,

    /// <summary>Nothing: the value is the last of the bytes, and null, so that the field is not there.</summary>
    Null,

    /// <summary>True, false or null, whichever: nobody wants it.</summary>
    Literal,

    /// <summary>An object or an array that nobody wants.</summary>
    Composite,
}

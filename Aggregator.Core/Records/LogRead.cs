namespace Aggregator.Core.Records;

/// <summary>What came of an attempt to read a partition.</summary>
public enum LogRead
{
    /// <summary>No record arrived in the time given; there may be more.</summary>
    Nothing,

    /// <summary>Records were added to the batch; there may be more.</summary>
    Records,

    /// <summary>The section is read to its end.</summary>
    End,
}

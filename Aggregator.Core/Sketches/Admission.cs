namespace Aggregator.Core.Sketches;

/// <summary>What became of a hash that was offered to <see cref="BottomK"/>.</summary>
public enum Admission
{
    /// <summary>Not among the K smallest, and never will be.</summary>
    Refused,

    /// <summary>Kept already, with the slot that it was given when it was admitted.</summary>
    Known,

    /// <summary>New, and kept from now on in a fresh slot.</summary>
    Admitted,
}

namespace Aggregator.Core.Records;

/// <summary>The reasons as users see them: the value of the label <c>reason</c> and the key in a replay's summary.</summary>
public static class RejectReasons
{
    private static readonly string[] Labels =
        ["none", "empty", "too_large", "malformed", "missing_field", "bad_field", "bad_timestamp", "future"];

    /// <summary>All reasons to reject, <see cref="RejectReason.None"/> not among them.</summary>
    public static IReadOnlyList<RejectReason> All { get; } = Enum.GetValues<RejectReason>()[1..];

    public static string Label(this RejectReason reason) => Labels[(int)reason];
}

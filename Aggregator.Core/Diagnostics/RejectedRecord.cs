namespace Aggregator.Core.Diagnostics;

/// <summary>A record that was rejected, as far as it may be shown: where it lies and why, never what it holds.</summary>
/// <param name="Offset">Its offset in its partition.</param>
/// <param name="Reason">The label of the reason, as in <c>aggregator_rejected_records_total</c>.</param>
public sealed record RejectedRecord(long Offset, string Reason);

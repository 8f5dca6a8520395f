namespace Aggregator.Core.RemoteWrite;

/// <summary>What came of an attempt.</summary>
/// <param name="Kind">What to do next.</param>
/// <param name="Words">Why it failed, for a log line: the receiver's own words where it had some; empty after a success.</param>
/// <param name="RetryAfter">How long the receiver asks to wait; null where it does not.</param>
internal sealed record SendOutcome(SendResult Kind, string Words = "", TimeSpan? RetryAfter = null);

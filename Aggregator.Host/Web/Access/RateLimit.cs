namespace Aggregator.Host.Web.Access;

/// <summary>A token bucket over all requests.</summary>
/// <param name="Interval">After that long one more request may come.</param>
/// <param name="Burst">How many may come at once.</param>
public sealed record RateLimit(TimeSpan Interval, int Burst);

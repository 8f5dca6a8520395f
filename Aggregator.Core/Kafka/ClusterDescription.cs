namespace Aggregator.Core.Kafka;

/// <summary>The cluster that answered.</summary>
/// <param name="ClusterId">Its id; null where the brokers give none.</param>
/// <param name="Brokers">Its brokers as <c>host:port</c>, as they advertise themselves: these addresses must be reachable too.</param>
public sealed record ClusterDescription(string? ClusterId, IReadOnlyList<string> Brokers);

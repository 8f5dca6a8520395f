using Aggregator.Core.Kafka;

namespace Aggregator.Host.Settings;

/// <summary>Tells which values are never shown to anyone: what the client takes for a secret, under its own name or under ours.</summary>
public static class Secrets
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = ClientConfiguration.Masked;

    /// <param name="name">A setting, or a key of <c>Kafka:Properties</c>.</param>
    public static bool IsSecret(string name) => ClientConfiguration.IsSecret(name);
}

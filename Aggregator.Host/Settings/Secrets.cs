namespace Aggregator.Host.Settings;

/// <summary>Tells which values are never shown to anyone.</summary>
public static class Secrets
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = "********";

    // sasl.oauthbearer.config carries a secret in its text; ssl.*.pem holds keys (and certificates, which nobody misses here).
    private static readonly string[] Marks = ["password", "secret", "token", "jaas", "credential", "private", ".pem", "oauthbearer.config", "assertion"];

    /// <param name="name">A setting, or a key of <c>Kafka:Properties</c>.</param>
    public static bool IsSecret(string name) => Marks.Any(mark => name.Contains(mark, StringComparison.OrdinalIgnoreCase));
}

using System.Text.RegularExpressions;
using Aggregator.Core.Kafka;

namespace Aggregator.Host.Settings;

/// <summary>Tells which values are never shown to anyone: what the client takes for a secret, under its own name or under ours.</summary>
public static partial class Secrets
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = ClientConfiguration.Masked;

    /// <param name="name">A setting, or a key of <c>Kafka:Properties</c>.</param>
    public static bool IsSecret(string name) =>
        ClientConfiguration.IsSecret(name) || name.EndsWith("Token", StringComparison.OrdinalIgnoreCase);

    /// <summary>A text without the user, the password and the query of an address in it.</summary>
    public static string MaskAddress(string text) => Query().Replace(UserInfo().Replace(text, $"$1{Mask}@"), $"$1?{Mask}");

    [GeneratedRegex(@"^(https?://)[^/?#]*@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"^(https?://[^?]*)\?.+", RegexOptions.IgnoreCase)]
    private static partial Regex Query();
}

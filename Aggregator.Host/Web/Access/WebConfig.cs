namespace Aggregator.Host.Web.Access;

/// <summary>What a file for <c>--web.config.file</c> says, checked. Immutable.</summary>
public sealed record WebConfig
{
    /// <summary>Plain HTTP, for everyone who reaches the port.</summary>
    public static WebConfig Open { get; } = new();

    /// <summary>Null for plain HTTP.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Whether HTTP/2 is offered; only with TLS.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Headers of every answer, in the place of those that it would have.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Bcrypt hashes by name of the user; empty for no authentication.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Null for no limit.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>The files that it was made of; when one of them changes, it is out of date.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}

namespace Aggregator.Host.Web;

/// <summary>How the web server is reached, and by whom: the options <c>--web.…</c> of a verb.</summary>
/// <param name="Listen">Where it listens.</param>
/// <param name="ConfigFile">TLS, users and headers, in the format of Prometheus' exporters; null for plain HTTP without a password.</param>
/// <param name="EnableLifecycle">Whether <c>/-/reload</c> and <c>/-/quit</c> do anything.</param>
public sealed record WebServerOptions(ListenAddress Listen, string? ConfigFile = null, bool EnableLifecycle = false)
{
    /// <summary>What <c>/-/quit</c> does.</summary>
    public Action Quit { get; init; } = () => { };
}

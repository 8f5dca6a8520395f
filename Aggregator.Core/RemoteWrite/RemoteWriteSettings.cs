using Aggregator.Core.Publishing;

namespace Aggregator.Core.RemoteWrite;

/// <summary>Where results are written to by remote write 1.0, and how. Checked by the host before it comes here.</summary>
public sealed record RemoteWriteSettings
{
    /// <summary>The receiver, <c>http://prometheus:9090/api/v1/write</c> for one; null for none. Bears no user and no password.</summary>
    public Uri? Url { get; init; }

    /// <summary>Labels that every series bears besides its own.</summary>
    public ExternalLabels Labels { get; init; } = ExternalLabels.None;

    /// <summary>User of HTTP basic authentication; null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Its password.</summary>
    public string? Password { get; init; }

    /// <summary>A token for <c>Authorization: Bearer</c>; null for none. Not together with <see cref="Username"/>.</summary>
    public string? BearerToken { get; init; }

    /// <summary>Further headers of each request: tenants, API keys.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>A PEM file of the authorities that signed the receiver's certificate; null for the system's.</summary>
    public string? TlsCaLocation { get; init; }

    /// <summary>A PEM file with the certificate that we show; null for none.</summary>
    public string? TlsCertificateLocation { get; init; }

    /// <summary>A PEM file with the key of that certificate; null where the certificate's file has it.</summary>
    public string? TlsKeyLocation { get; init; }

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long is waited before a request is tried again, at first; doubled each time.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts. A receiver may ask for more (<c>Retry-After</c>), up to five minutes.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Samples of one request. One refused sample takes its whole request with it, in Prometheus for one.</summary>
    public int MaxSamplesPerSend { get; init; } = 2_000;

    /// <summary>MiB of requests, compressed, that wait for the receiver; a window of the total group has about 700 bytes.</summary>
    public int MaxBufferMiB { get; init; } = 64;

    /// <summary>Whether the latency goes out as a native histogram too, <c>im_latency_seconds</c>.</summary>
    public bool NativeHistograms { get; init; } = true;
}

using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aggregator.Core.RemoteWrite;

/// <summary>How a server of metrics is spoken to over HTTP: authentication, headers, TLS and time-out of the settings. For writing to it and for asking it.</summary>
public static class HttpAccess
{
    private const int LongestWords = 300;

    /// <summary>A client with all that the settings say. It follows no redirect: credentials go where they were meant to go.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="userAgent">The program.</param>
    /// <exception cref="IOException">A file of the settings cannot be read, or has no certificate or key that can be used.</exception>
    public static HttpClient Create(RemoteWriteSettings settings, string userAgent)
    {
        ArgumentNullException.ThrowIfNull(settings);
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A name that leads elsewhere now is looked up again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = SslOptions(settings),
        };
        HttpClient http = new(handler) { Timeout = settings.Timeout };
        HttpRequestHeaders headers = http.DefaultRequestHeaders;
        headers.TryAddWithoutValidation("User-Agent", userAgent);
        if (settings.Username is { } user)
        {
            headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{settings.Password}")));
        }
        if (settings.BearerToken is { } token)
        {
            headers.Authorization = new("Bearer", token);
        }
        foreach ((string name, string value) in settings.Headers)
        {
            headers.TryAddWithoutValidation(name, value);
        }
        return http;
    }

    /// <summary>What a server says, for a message: one line, and not too long a one.</summary>
    internal static string OneLine(string text)
    {
        string line = string.Concat(text.Trim().Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= LongestWords ? line : line[..LongestWords] + "…";
    }

    private static SslClientAuthenticationOptions SslOptions(RemoteWriteSettings settings)
    {
        try
        {
            return CertificatesOf(settings);
        }
        catch (CryptographicException failure)
        {
            throw new IOException($"RemoteWrite: a certificate or key cannot be used: {failure.Message}", failure);
        }
    }

    private static SslClientAuthenticationOptions CertificatesOf(RemoteWriteSettings settings)
    {
        SslClientAuthenticationOptions options = new();
        if (settings.TlsCaLocation is { } authorities)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authorities);
            options.CertificateChainPolicy = policy;
        }
        if (settings.TlsCertificateLocation is { } certificate)
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, settings.TlsKeyLocation ?? certificate)];
        }
        return options;
    }
}

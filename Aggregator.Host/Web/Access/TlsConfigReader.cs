using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aggregator.Host.Web.Access;

/// <summary>Reads <c>tls_server_config</c> and the files that it names.</summary>
internal sealed class TlsConfigReader(WebConfigNode node, string configFile)
{
    private readonly List<string> _files = [];

    /// <summary>The files read.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Null where the section is not there, or where it is wrong.</summary>
    public TlsConfig? Read()
    {
        string? certificate = Pem("cert", "cert_file");
        string? key = Pem("key", "key_file");
        string? authorities = Pem("client_ca", "client_ca_file");
        ClientAuthentication clients = Clients();
        SslProtocols protocols = Protocols();
        IReadOnlyList<string> names = node.List("client_allowed_sans");
        List<TlsCipherSuite>? suites = CipherSuites();
        // Go ignores it as well by now: the server chooses among what both can do.
        node.Flag("prefer_server_cipher_suites", true);
        if (node.List("curve_preferences").Count > 0)
        {
            node.Fail("curve_preferences", null, "cannot be chosen here; leave it out, the system's OpenSSL configuration decides");
        }
        node.Finish();
        if (!node.IsThere)
        {
            return null;
        }
        JudgeClients(clients, names);
        Require(certificate, "cert_file");
        Require(key, "key_file");
        X509Certificate2Collection trusted = Authorities(authorities);
        return certificate is not null && key is not null && Context(certificate, key) is { } context
            ? new(context, protocols, clients, trusted, names, suites)
            : null;
    }

    private void Require(string? pem, string key)
    {
        if (pem is null && !node.Has(key) && !node.Has(key.Replace("_file", "", StringComparison.Ordinal)))
        {
            node.Fail(key, null, "is missing; TLS needs cert_file and key_file");
        }
    }

    /// <summary>PEM from the file itself or from one that it names, not both.</summary>
    private string? Pem(string inline, string file)
    {
        string? text = node.Text(inline);
        if (node.Text(file) is not { } path)
        {
            return text;
        }
        if (text is not null)
        {
            node.Fail(file, path, $"and {inline} are two of the same; leave one out");
            return null;
        }
        string whole = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configFile))!, path);
        _files.Add(whole);
        try
        {
            return File.ReadAllText(whole);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            node.Fail(file, path, $"cannot be read: {failure.Message}");
            return null;
        }
    }

    private SslStreamCertificateContext? Context(string certificates, string key)
    {
        try
        {
            X509Certificate2Collection chain = [];
            chain.ImportFromPem(certificates);
            using var leaf = X509Certificate2.CreateFromPem(certificates, key);
            // An ephemeral key is no good to the TLS of Windows; a round through PKCS #12 is to all of them.
            X509Certificate2 usable = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
            return SslStreamCertificateContext.Create(usable, [.. chain.Skip(1)], offline: true);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            node.Fail(node.Has("cert_file") ? "cert_file" : "cert", node.Text("cert_file"), $"and its key are no pair in PEM: {failure.Message}");
            return null;
        }
    }

    private X509Certificate2Collection Authorities(string? pem)
    {
        X509Certificate2Collection trusted = [];
        if (pem is not null)
        {
            try
            {
                trusted.ImportFromPem(pem);
            }
            catch (CryptographicException)
            {
                // said below
            }
            if (trusted.Count == 0)
            {
                node.Fail("client_ca_file", node.Text("client_ca_file"), "holds no certificate in PEM");
            }
        }
        return trusted;
    }

    private ClientAuthentication Clients()
    {
        string name = node.Text("client_auth_type") ?? nameof(ClientAuthentication.NoClientCert);
        if (Array.IndexOf(Enum.GetNames<ClientAuthentication>(), name) < 0)
        {
            node.Fail("client_auth_type", name, $"must be {string.Join(", ", Enum.GetNames<ClientAuthentication>())}");
            return ClientAuthentication.NoClientCert;
        }
        return Enum.Parse<ClientAuthentication>(name);
    }

    private void JudgeClients(ClientAuthentication clients, IReadOnlyList<string> names)
    {
        bool hasAuthorities = node.Has("client_ca") || node.Has("client_ca_file");
        bool verifies = clients is ClientAuthentication.VerifyClientCertIfGiven or ClientAuthentication.RequireAndVerifyClientCert;
        if (verifies && !hasAuthorities)
        {
            node.Fail("client_auth_type", clients.ToString(), "needs client_ca_file");
        }
        if (!verifies && hasAuthorities)
        {
            node.Fail("client_ca_file", node.Text("client_ca_file"), "is used only with client_auth_type RequireAndVerifyClientCert or VerifyClientCertIfGiven");
        }
        if (names.Count > 0 && clients is not (ClientAuthentication.RequireAnyClientCert or ClientAuthentication.RequireAndVerifyClientCert))
        {
            node.Fail("client_allowed_sans", null, "needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert");
        }
    }

    private SslProtocols Protocols()
    {
        int least = Version("min_version", "TLS12");
        int most = Version("max_version", "TLS13");
        if (least > most)
        {
            node.Fail("min_version", node.Text("min_version"), "is above max_version");
        }
#pragma warning disable CA5397, CA5398 // The range is the operator's, as in Go; None would be whatever the system allows.
        return (least <= 12 ? SslProtocols.Tls12 : SslProtocols.None) | (most >= 13 ? SslProtocols.Tls13 : SslProtocols.None);
#pragma warning restore CA5397, CA5398
    }

    private int Version(string key, string fallback)
    {
        string version = node.Text(key) ?? fallback;
        if (version is not ("TLS12" or "TLS13"))
        {
            node.Fail(key, version, "must be TLS12 or TLS13; older versions are not safe, and not offered");
            version = fallback;
        }
        return version == "TLS12" ? 12 : 13;
    }

    private List<TlsCipherSuite>? CipherSuites()
    {
        IReadOnlyList<string> names = node.List("cipher_suites");
        if (names.Count == 0)
        {
            return null;
        }
        // The list is about TLS 1.2; those of 1.3 are always there, as in Go.
        List<TlsCipherSuite> suites =
            [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256];
        foreach (string name in names)
        {
            if (Array.IndexOf(Enum.GetNames<TlsCipherSuite>(), name) < 0)
            {
                node.Fail("cipher_suites", name, "is no cipher suite; such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
                continue;
            }
            suites.Add(Enum.Parse<TlsCipherSuite>(name));
        }
        return suites;
    }
}

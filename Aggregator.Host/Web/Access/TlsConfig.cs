using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Aggregator.Host.Web.Access;

/// <summary>What a handshake needs, read from its files.</summary>
/// <param name="Certificate">The server's certificate with its key and the chain to send along.</param>
/// <param name="Protocols">TLS 1.2, 1.3 or both.</param>
/// <param name="ClientAuthentication">What is asked of the client.</param>
/// <param name="ClientAuthorities">Who signs clients' certificates; empty where they are not verified.</param>
/// <param name="ClientNames">Subject alternative names of which a client's certificate must have one; empty for any.</param>
/// <param name="CipherSuites">Of TLS 1.2 and 1.3; null for the system's.</param>
public sealed record TlsConfig(SslStreamCertificateContext Certificate, SslProtocols Protocols, ClientAuthentication ClientAuthentication,
    X509Certificate2Collection ClientAuthorities, IReadOnlyList<string> ClientNames, IReadOnlyList<TlsCipherSuite>? CipherSuites)
{
    /// <summary>The options of one handshake.</summary>
    public SslServerAuthenticationOptions Handshake() => new()
    {
        ServerCertificateContext = Certificate,
        EnabledSslProtocols = Protocols,
        ClientCertificateRequired = ClientAuthentication != ClientAuthentication.NoClientCert,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = Verifies ? ChainPolicy() : null,
        RemoteCertificateValidationCallback = ClientAuthentication == ClientAuthentication.NoClientCert ? null : Accepts,
        // A resumed session would not show its certificate again, after the authorities have changed for one.
        AllowTlsResume = ClientAuthentication == ClientAuthentication.NoClientCert,
        CipherSuitesPolicy = CipherSuites is null || !OperatingSystem.IsLinux() ? null : new CipherSuitesPolicy(CipherSuites),
    };

    private bool Verifies => ClientAuthentication is ClientAuthentication.VerifyClientCertIfGiven or ClientAuthentication.RequireAndVerifyClientCert;

    private X509ChainPolicy ChainPolicy()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            // clientAuth of RFC 5280: a server's certificate by the same authority is no client's.
            ApplicationPolicy = { new("1.3.6.1.5.5.7.3.2") },
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(ClientAuthorities);
        return policy;
    }

    private bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return ClientAuthentication is ClientAuthentication.RequestClientCert or ClientAuthentication.VerifyClientCertIfGiven;
        }
        // A client has no host name that it must match; whoever does not verify takes any chain.
        bool isTrusted = !Verifies || (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        return isTrusted && (ClientNames.Count == 0 || AlternativeNames.Of((X509Certificate2)certificate).Any(ClientNames.Contains));
    }
}

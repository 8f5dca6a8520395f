using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aggregator.Tests.Web;

/// <summary>An authority of its own, with certificates for a server and for clients, in a temporary folder.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private int _serial;

    public TestCertificates()
    {
        Folder = Directory.CreateTempSubdirectory("aggregator-web-").FullName;
        CertificateRequest request = new("CN=test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(PathOf("ca.pem"), _authority.ExportCertificatePem());
    }

    public string Folder { get; }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Writes <c>server.pem</c> and <c>server.key</c>, for the loopback address.</summary>
    /// <returns>Its thumbprint.</returns>
    public string IssueServer()
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Issue("CN=server", key, names, ServerAuthentication);
        // The key first: whoever reads in between finds a pair that does not fit, and keeps the old one.
        File.WriteAllText(PathOf("server.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PathOf("server.pem"), certificate.ExportCertificatePem());
        return certificate.Thumbprint;
    }

    public X509Certificate2 IssueClient(string dnsName)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(dnsName);
        names.AddEmailAddress("ops@example.org");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Issue("CN=" + dnsName, key, names, ClientAuthentication);
        using X509Certificate2 pair = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    public string WriteConfig(string yaml)
    {
        File.WriteAllText(PathOf("web.yml"), yaml);
        return PathOf("web.yml");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private X509Certificate2 Issue(string subject, ECDsa key, SubjectAlternativeNameBuilder names, string purpose)
    {
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        return request.Create(_authority, DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch.AddYears(99), [(byte)++_serial]);
    }
}

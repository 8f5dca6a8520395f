using System.Security.Cryptography.X509Certificates;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;
using Aggregator.Tests.Kafka;
using Aggregator.Tests.Support;
using Aggregator.Tests.Web;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Xunit;

namespace Aggregator.Tests.RemoteWrite;

/// <summary>Remote write over TLS: whom it trusts, and as whom it shows itself.</summary>
public sealed class RemoteWriteTlsTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly TestCertificates _certificates = new();
    private readonly CapturedLog _log = new();
    private readonly RemoteWriteStatus _status = new();

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_receiver_whose_authority_is_named_gets_the_samples_and_sees_the_client_certificate(bool isKeyApart)
    {
        string? shownTo = null;
        await using WriteReceiver receiver = await ReceiverAsync(ClientCertificateMode.RequireCertificate, subject => shownTo = subject);
        (string certificate, string key) = WriteClient("writer", isKeyApart);
        await using RemoteWriteOutput output = Create(new()
        {
            Url = receiver.Url, TlsCaLocation = _certificates.PathOf("ca.pem"), TlsCertificateLocation = certificate, TlsKeyLocation = isKeyApart ? key : null,
        });

        await output.PublishAsync(WindowBuilder.At(0).Total(online: 1).Final, Aborted);
        await output.WhenSafe().WaitAsync(Bound, Aborted);

        Assert.Equal("CN=writer", shownTo);
        Assert.True(_status.SamplesSent.Value > 0);
        Assert.Equal(0, _status.Retries.Value);
    }

    [Fact]
    public async Task A_receiver_of_another_authority_gets_nothing_and_is_tried_again()
    {
        using TestCertificates others = new();
        await using WriteReceiver receiver = await ReceiverAsync(ClientCertificateMode.NoCertificate, _ => { });
        await using RemoteWriteOutput output = Create(new()
        {
            Url = receiver.Url, TlsCaLocation = others.PathOf("ca.pem"), MinBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(20),
        });

        await output.PublishAsync(WindowBuilder.At(0).Total(online: 1).Final, Aborted);
        await EventuallyAsync(() => _status.Retries.Value >= 2);

        Assert.Equal(0, _status.SamplesSent.Value);
        Assert.Empty(receiver.Requests);
        Assert.Contains(_log.Lines, line => line.Contains("certificate", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task One_who_wants_a_client_certificate_and_sees_none_takes_nothing()
    {
        await using WriteReceiver receiver = await ReceiverAsync(ClientCertificateMode.RequireCertificate, _ => { });
        await using RemoteWriteOutput output = Create(new()
        {
            Url = receiver.Url, TlsCaLocation = _certificates.PathOf("ca.pem"), MinBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(20),
        });

        await output.PublishAsync(WindowBuilder.At(0).Total(online: 1).Final, Aborted);
        await EventuallyAsync(() => _status.Retries.Value >= 2);

        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public void A_file_without_a_certificate_is_said_at_once()
    {
        string file = _certificates.PathOf("none.pem");
        File.WriteAllText(file, "nothing\n");

        IOException failure = Assert.Throws<IOException>(() => Create(new() { Url = new("https://127.0.0.1:1/"), TlsCertificateLocation = file }));

        Assert.StartsWith("RemoteWrite: a certificate or key cannot be used: ", failure.Message, StringComparison.Ordinal);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(Aborted);
        bound.CancelAfter(Bound);
        while (!condition())
        {
            await Task.Delay(10, bound.Token);
        }
    }

    private Task<WriteReceiver> ReceiverAsync(ClientCertificateMode mode, Action<string> seen)
    {
        _certificates.IssueServer();
        X509Certificate2 server = X509CertificateLoader.LoadPkcs12(
            X509Certificate2.CreateFromPemFile(_certificates.PathOf("server.pem"), _certificates.PathOf("server.key")).Export(X509ContentType.Pkcs12), null);
        return WriteReceiver.StartAsync(options =>
        {
            options.ServerCertificate = server;
            options.ClientCertificateMode = mode;
            options.ClientCertificateValidation = (certificate, _, _) =>
            {
                seen(certificate.Subject);
                return true;
            };
        });
    }

    private (string Certificate, string Key) WriteClient(string name, bool isKeyApart)
    {
        using X509Certificate2 client = _certificates.IssueClient(name);
        using var key = client.GetECDsaPrivateKey()!;
        string pem = client.ExportCertificatePem() + "\n";
        string keyPem = key.ExportPkcs8PrivateKeyPem() + "\n";
        string certificateFile = _certificates.PathOf("client.pem"), keyFile = _certificates.PathOf("client.key");
        File.WriteAllText(certificateFile, isKeyApart ? pem : pem + keyPem);
        File.WriteAllText(keyFile, keyPem);
        return (certificateFile, keyFile);
    }

    private RemoteWriteOutput Create(RemoteWriteSettings settings) =>
        new(settings, [], new BuildInfo("1.2.3", "abc", "10"), losesNothing: false, _status, _log.For<RemoteWriteOutput>(), TimeProvider.System);
}

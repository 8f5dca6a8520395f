using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>
/// A real broker that a test may kill and start again: the one of <c>../shared/kafka</c> on ports of its own, wiped at the end. Besides the plain listener it
/// has one with TLS and SASL (PLAIN, user <c>im</c>, password <c>secret</c>), who may do nothing but what a test allows, and one whose clients all come through a
/// <see cref="BrokerLink"/>.
/// </summary>
public sealed class OwnBroker : IAsyncLifetime
{
    private static readonly TimeSpan CommandBound = TimeSpan.FromSeconds(90);

    private readonly string? _script = Find();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aggregator-broker-");
    private readonly SemaphoreSlim _gate = new(1);
    private int _port;
    private int _linkedPort;
    private int _securePort;
    private bool _isUp;

    public string Servers => Address(_port);

    /// <summary>The listener with TLS and SASL.</summary>
    public string SecureServers => Address(_securePort);

    /// <summary>The certificate of that listener, in PEM: what a client has to trust.</summary>
    public string CaFile => Path.Combine(_folder.FullName, "ca.pem");

    /// <summary>Where clients of the linked listener connect to: a test has to have a link there.</summary>
    internal int LinkPort { get; private set; }

    /// <summary>Where a link connects to.</summary>
    internal int LinkedPort => _linkedPort;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes sure that it runs; skips the test where there is none.</summary>
    public async Task StartAsync()
    {
        Assert.SkipWhen(_script is null, "needs a broker that it may kill: ../shared/kafka/kafka.sh is not there");
        Assert.SkipWhen(!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "java"))), "needs Java");
        await _gate.WaitAsync();
        try
        {
            if (_isUp)
            {
                return;
            }
            if (_port == 0)
            {
                (_port, _linkedPort, _securePort, LinkPort) = (FreePort(), FreePort(), FreePort(), FreePort());
                WriteCertificate();
                await File.WriteAllTextAsync(OptionsFile, Options());
            }
            await RunAsync("start");
            _isUp = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await RunAsync("kill");
        _isUp = false;
    }

    /// <summary>Runs <c>kafka.sh COMMAND PORT …</c> and returns what it printed.</summary>
    public async Task<string> RunAsync(string command, params string[] arguments)
    {
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(_script!);
        start.ArgumentList.Add(command);
        start.ArgumentList.Add(_port.ToString(CultureInfo.InvariantCulture));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["KAFKA_HOME_DIR"] = _folder.FullName;
        start.Environment["KAFKA_OPTS_FILE"] = OptionsFile;
        start.Environment["KAFKA_HEAP"] = "320m";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(CommandBound);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"kafka.sh {command} ended with {process.ExitCode}: {await error}");
        return await output;
    }

    public async ValueTask DisposeAsync()
    {
        if (_port != 0)
        {
            await RunAsync("wipe");
        }
        _folder.Delete(recursive: true);
        _gate.Dispose();
    }

    internal static int FreePort()
    {
        // The broker's controller listens 10,000 above the first port.
        while (true)
        {
            int port = Random.Shared.Next(20_000, 29_000);
            if (IsFree(port) && IsFree(port + 10_000))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private string KeyFile => Path.Combine(_folder.FullName, "key.pem");

    private void WriteCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        string pem = certificate.ExportCertificatePem() + "\n";
        File.WriteAllText(CaFile, pem);
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n" + pem);
    }

    private string OptionsFile => Path.Combine(_folder.FullName, "options");

    private string Options() => string.Create(CultureInfo.InvariantCulture, $"""
        listeners=PLAINTEXT://127.0.0.1:{_port},CONTROLLER://127.0.0.1:{_port + 10_000},LINKED://127.0.0.1:{_linkedPort},SASL_SSL://127.0.0.1:{_securePort}
        advertised.listeners=PLAINTEXT://127.0.0.1:{_port},LINKED://127.0.0.1:{LinkPort},SASL_SSL://127.0.0.1:{_securePort}
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,LINKED:PLAINTEXT,SASL_SSL:SASL_SSL
        authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
        super.users=User:ANONYMOUS
        ssl.keystore.type=PEM
        ssl.keystore.location={KeyFile}
        sasl.enabled.mechanisms=PLAIN
        listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="b" user_im="secret";
        """) + "\n";

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "kafka", "kafka.sh");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }
        return null;
    }
}

using System.Diagnostics;
using Aggregator.Host.Settings;
using Aggregator.Host.Web.Access;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Web;

/// <summary>The format of the exporters: what is right is taken as Prometheus takes it, and everything that is wrong is named at once.</summary>
public sealed class WebConfigFileTests : IDisposable
{
    /// <summary>Of the password "secret", as htpasswd makes it.</summary>
    internal const string Hash = "$2y$05$9zNKpNjsPh0VvoOBGbZXJujGsO4yqeieH4gbx9WHVX2BXWgEZVqcW";

    private readonly TestCertificates _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Everything_that_the_format_has_is_taken()
    {
        _files.IssueServer();
        (WebConfig? config, IReadOnlyList<SettingError> errors) = WebConfigFile.Read(_files.WriteConfig(Full));

        Assert.Empty(errors);
        Assert.Equal(ClientAuthentication.RequireAndVerifyClientCert, config!.Tls!.ClientAuthentication);
        Assert.Equal(["prometheus.example.org", "10.0.0.1"], config.Tls.ClientNames);
        Assert.Equal(System.Security.Authentication.SslProtocols.Tls13, config.Tls.Protocols);
        Assert.Contains(System.Net.Security.TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, config.Tls.CipherSuites!);
        Assert.False(config.Http2);
        Assert.Equal("max-age=31536000", config.Headers["Strict-Transport-Security"]);
        Assert.Equal(["alice", "bob"], config.Users.Keys);
        Assert.Equal(new RateLimit(TimeSpan.FromSeconds(1), 20), config.RateLimit);
        Assert.Equal(["web.yml", "server.pem", "server.key", "ca.pem"], config.Files.Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("tls_server_config:\nbasic_auth_users:\n")]
    public void A_file_that_says_nothing_secures_nothing(string yaml)
    {
        (WebConfig? config, IReadOnlyList<SettingError> errors) = WebConfigFile.Read(_files.WriteConfig(yaml));

        Assert.Empty(errors);
        Assert.Null(config!.Tls);
        Assert.Empty(config.Users);
        Assert.True(config.Http2);
        Assert.Null(config.RateLimit);
    }

    [Fact]
    public void Every_error_is_named_at_once_and_no_secret_with_it()
    {
        string yaml = """
            tls_server_config:
              cert_file: missing.pem
              client_auth_type: RequireAndVerify
              min_version: TLS10
              cipher_suites: [TLS_NONSENSE]
              curve_preferences: [X25519]
              certfile: x
            http_server_config:
              http2: perhaps
              headers:
                X-Frame-Options: ALLOWALL
                X-Powered-By: us
            basic_auth_users:
              alice: hunter2
            rate_limit: {interval: often, burst: 1}
            basic_auth: {}

            """;

        (WebConfig? config, IReadOnlyList<SettingError> errors) = WebConfigFile.Read(_files.WriteConfig(yaml));

        Assert.Null(config);
        string missing = Path.Combine(_files.Folder, "missing.pem");
        Assert.Equal(
            [
                $"tls_server_config.cert_file = missing.pem: cannot be read: Could not find file '{Path.Combine(_files.Folder, "missing.pem")}'. (web.yml:2)",
                "tls_server_config.client_auth_type = RequireAndVerify: must be NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert (web.yml:3)",
                "tls_server_config.min_version = TLS10: must be TLS12 or TLS13; older versions are not safe, and not offered (web.yml:4)",
                "tls_server_config.cipher_suites = TLS_NONSENSE: is no cipher suite; such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (web.yml:5)",
                "tls_server_config.curve_preferences = : cannot be chosen here; leave it out, the system's OpenSSL configuration decides (web.yml:6)",
                "tls_server_config.certfile = : unknown; did you mean cert_file? (web.yml:7)",
                "tls_server_config.key_file = : is missing; TLS needs cert_file and key_file ()",
                "http_server_config.http2 = perhaps: must be true or false (web.yml:9)",
                "http_server_config.headers.X-Powered-By = : unknown; known are Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security (web.yml:12)",
                "http_server_config.headers.X-Frame-Options = ALLOWALL: must be deny or sameorigin (web.yml:11)",
                "basic_auth_users.alice = : must be a bcrypt hash, as 'htpasswd -nBC 10 NAME' prints it: $2y$10$… (web.yml:14)",
                "rate_limit.interval = often: must be a time with its unit: 100ms, 1s, 1m (web.yml:15)",
                "basic_auth = : unknown; known are tls_server_config, http_server_config, basic_auth_users, rate_limit (web.yml:16)",
            ],
            errors.Select(error => $"{error.Name} = {error.Value}: {error.Problem} ({error.Where})"));
    }

    [Theory]
    [InlineData("a: [", "web.yml:2:1  is no YAML: ")]
    [InlineData("[1, 2]", "web.yml  must be a mapping: tls_server_config, basic_auth_users, …")]
    [InlineData("basic_auth_users: [alice]", "basic_auth_users  must be a mapping (web.yml:1)")]
    [InlineData("tls_server_config: {client_ca_file: ca.pem, cert_file: server.pem, key_file: server.key}", "tls_server_config.client_ca_file  = ca.pem   is used only with client_auth_type RequireAndVerifyClientCert or VerifyClientCertIfGiven (web.yml:1)")]
    [InlineData("tls_server_config: {client_auth_type: RequireAndVerifyClientCert, cert_file: server.pem, key_file: server.key}", "tls_server_config.client_auth_type  = RequireAndVerifyClientCert   needs client_ca_file (web.yml:1)")]
    [InlineData("tls_server_config: {client_allowed_sans: [a], cert_file: server.pem, key_file: server.key}", "tls_server_config.client_allowed_sans  needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert (web.yml:1)")]
    [InlineData("tls_server_config: {cert_file: ca.pem, key_file: server.key}", "tls_server_config.cert_file  = ca.pem   and its key are no pair in PEM: ")]
    [InlineData("tls_server_config: {min_version: TLS13, max_version: TLS12, cert_file: server.pem, key_file: server.key}", "tls_server_config.min_version  = TLS13   is above max_version (web.yml:1)")]
    public void A_contradiction_is_said_in_one_line(string yaml, string problem)
    {
        _files.IssueServer();

        (WebConfig? config, IReadOnlyList<SettingError> errors) = WebConfigFile.Read(_files.WriteConfig(yaml));

        Assert.Null(config);
        Assert.StartsWith("1 setting cannot be used:\n  " + problem, SettingErrors.Format(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_file_stops_the_start_with_exit_code_2()
    {
        string path = _files.WriteConfig("tls: {}\n");

        HostProcess.Outcome outcome = await HostProcess.RunAsync("run", "--web.listen-address", "127.0.0.1:0", "--web.config.file", path);

        Assert.Equal(2, outcome.ExitCode);
        Assert.EndsWith(
            "aggregator: 1 setting cannot be used:\n  tls  unknown; known are tls_server_config, http_server_config, basic_auth_users, rate_limit (web.yml:1)\n", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Promtool_takes_what_we_take_and_the_example_in_deploy(int version)
    {
        _files.IssueServer();
        // The two are not known to the promtool of 2.42, of which the rest must hold.
        string config = version == 3 ? Full : string.Join('\n', Full.Split('\n').Where(line => !line.Contains("rate_limit", StringComparison.Ordinal) && !line.Contains("sans", StringComparison.Ordinal)));
        string[] files = [_files.WriteConfig(config), Path.Combine(RepositoryTree.Root, "deploy", "web.yml")];

        foreach (string file in files)
        {
            ProcessStartInfo start = new(PrometheusProcess.Program("promtool", version), ["check", "web-config", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process promtool = Process.Start(start)!;
            string output = await promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(promtool.ExitCode == 0, $"{file}: {output}");
            Assert.Empty(WebConfigFile.Read(file).Errors);
        }
    }

    /// <summary>All that the format has, as far as it can be had here.</summary>
    private const string Full = $"""
        tls_server_config:
          cert_file: server.pem
          key_file: server.key
          client_auth_type: RequireAndVerifyClientCert
          client_ca_file: ca.pem
          client_allowed_sans: [prometheus.example.org, 10.0.0.1]
          min_version: TLS13
          max_version: TLS13
          cipher_suites: [TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
          prefer_server_cipher_suites: true
        http_server_config:
          http2: false
          headers:
            Strict-Transport-Security: max-age=31536000
            X-Frame-Options: deny
        basic_auth_users:
          alice: {Hash}
          bob: {Hash}
        rate_limit: {"{interval: 1s, burst: 20}"}

        """;
}

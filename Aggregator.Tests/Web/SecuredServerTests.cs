using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aggregator.Host.Web;
using Aggregator.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Web;

/// <summary>A real server with TLS and passwords, and clients that have the right ones or not.</summary>
public sealed class SecuredServerTests : IDisposable
{
    private const string Tls = "tls_server_config: {cert_file: server.pem, key_file: server.key";

    private readonly TestCertificates _files = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Over_tls_it_speaks_http_2_and_has_the_headers_of_the_file()
    {
        _files.IssueServer();
        await using WebFixture web = await StartAsync(Tls + "}\nhttp_server_config: {headers: {Strict-Transport-Security: max-age=60, X-Frame-Options: sameorigin}}\n");
        using HttpClient client = Client(web);
        using HttpRequestMessage request = new(HttpMethod.Get, "/-/healthy") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage answer = await client.SendAsync(request, Aborted);

        Assert.Equal(HttpVersion.Version20, answer.Version);
        Assert.Equal("https", web.Address.Scheme);
        Assert.Equal("max-age=60", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
        Assert.Equal("sameorigin", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
    }

    [Fact]
    public async Task A_rotated_certificate_is_used_without_a_restart_and_a_broken_one_is_not()
    {
        string first = _files.IssueServer();
        await using WebFixture web = await StartAsync(Tls + "}\n");
        Assert.Equal(first, await ServedAsync(web));

        string second = _files.IssueServer();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(second, await ServedAsync(web));
        Assert.NotEqual(first, second);

        await File.WriteAllTextAsync(_files.PathOf("server.pem"), "-----BEGIN nothing", Aborted);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(second, await ServedAsync(web));
    }

    [Fact]
    public async Task A_certificate_that_kubernetes_rotates_by_turning_a_link_is_used_too()
    {
        string[] thumbprints = new string[2];
        for (int i = 0; i < 2; i++)
        {
            string folder = Directory.CreateDirectory(_files.PathOf($"..{i}")).FullName;
            thumbprints[i] = _files.IssueServer();
            File.Move(_files.PathOf("server.pem"), Path.Combine(folder, "server.pem"));
            File.Move(_files.PathOf("server.key"), Path.Combine(folder, "server.key"));
        }
        Directory.CreateSymbolicLink(_files.PathOf("..data"), "..0");
        File.CreateSymbolicLink(_files.PathOf("server.pem"), Path.Combine("..data", "server.pem"));
        File.CreateSymbolicLink(_files.PathOf("server.key"), Path.Combine("..data", "server.key"));
        await using WebFixture web = await StartAsync(Tls + "}\n");
        Assert.Equal(thumbprints[0], await ServedAsync(web));

        Directory.Delete(_files.PathOf("..data"));
        Directory.CreateSymbolicLink(_files.PathOf("..data"), "..1");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(thumbprints[1], await ServedAsync(web));
    }

    [Fact]
    public async Task A_client_needs_a_certificate_of_the_authority_with_an_allowed_name()
    {
        _files.IssueServer();
        using TestCertificates others = new();
        await using WebFixture web = await StartAsync(
            Tls + ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem, client_allowed_sans: [prometheus.example.org]}\n");

        Assert.True(await IsServedAsync(web, _files.IssueClient("prometheus.example.org")));
        Assert.False(await IsServedAsync(web, _files.IssueClient("mallory.example.org")));
        Assert.False(await IsServedAsync(web, others.IssueClient("prometheus.example.org")));
        Assert.False(await IsServedAsync(web, null));
    }

    [Theory]
    [InlineData("RequestClientCert", true, true)]
    [InlineData("RequireAnyClientCert", false, true)]
    [InlineData("VerifyClientCertIfGiven", true, false)]
    public async Task Each_kind_of_client_authentication_does_what_its_name_says(string kind, bool withoutCertificate, bool withOneOfOthers)
    {
        _files.IssueServer();
        using TestCertificates others = new();
        string authority = kind == "VerifyClientCertIfGiven" ? ", client_ca_file: ca.pem" : "";
        await using WebFixture web = await StartAsync($"{Tls}, client_auth_type: {kind}{authority}}}\n");

        Assert.Equal(withoutCertificate, await IsServedAsync(web, null));
        Assert.Equal(withOneOfOthers, await IsServedAsync(web, others.IssueClient("a")));
        Assert.True(await IsServedAsync(web, _files.IssueClient("a")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/metrics")]
    [InlineData("/-/healthy")]
    [InlineData("/api/settings")]
    [InlineData("/page.css")]
    [InlineData("/nothing-here")]
    public async Task Nothing_is_served_without_the_password(string path)
    {
        await using WebFixture web = await StartAsync($"basic_auth_users: {{alice: {WebConfigFileTests.Hash}}}\n");
        foreach (string? login in new[] { null, "alice:wrong", "alice", "bob:secret", ":", "alice:secret\0", "Bearer" })
        {
            using HttpResponseMessage answer = await GetAsync(web, path, login);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Basic realm=\"Aggregator\", charset=\"UTF-8\"", Assert.Single(answer.Headers.WwwAuthenticate).ToString());
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Aborted));
        }
    }

    [Fact]
    public async Task A_changed_password_counts_at_once()
    {
        string path = _files.WriteConfig($"basic_auth_users: {{alice: {WebConfigFileTests.Hash}}}\n");
        await using WebFixture web = await StartFileAsync(path);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(web, "alice:secret"));

        _files.WriteConfig($"basic_auth_users: {{alice: {BCrypt.Net.BCrypt.HashPassword("changed", 5)}, bob: {WebConfigFileTests.Hash}}}\n");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(web, "alice:secret"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(web, "alice:changed"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(web, "bob:secret"));
    }

    [Fact]
    public async Task Requests_beyond_the_limit_are_refused()
    {
        await using WebFixture web = await StartAsync("rate_limit: {interval: 10m, burst: 3}\n");

        List<HttpStatusCode> answers = [];
        for (int i = 0; i < 5; i++)
        {
            answers.Add(await StatusAsync(web, null));
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], answers);
    }

    [Theory]
    [InlineData("/-/reload")]
    [InlineData("/-/quit")]
    public async Task Without_the_option_nobody_reloads_or_quits(string path)
    {
        bool hasQuit = false;
        await using WebFixture web = await WebFixture.StartAsync(new MetricsFixture(), new WebServerOptions(new(IPAddress.Loopback, 0)) { Quit = () => hasQuit = true }, Aborted);

        using HttpResponseMessage post = await web.Client.PostAsync(path, null, Aborted);

        Assert.Equal(HttpStatusCode.Forbidden, post.StatusCode);
        Assert.Equal("Refused: the service was started without --web.enable-lifecycle.\n", await post.Content.ReadAsStringAsync(Aborted));
        Assert.False(hasQuit);
    }

    [Fact]
    public async Task With_the_option_post_and_put_do_and_get_does_not()
    {
        TaskCompletionSource hasQuit = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string path = _files.WriteConfig("rate_limit: {interval: 1s, burst: 100}\n");
        WebServerOptions options = new(new(IPAddress.Loopback, 0), path, EnableLifecycle: true) { Quit = hasQuit.SetResult };
        await using WebFixture web = await WebFixture.StartAsync(new MetricsFixture(), options, Aborted, _time);

        using HttpResponseMessage get = await web.Client.GetAsync("/-/quit", Aborted);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        using HttpRequestMessage foreign = new(HttpMethod.Post, "/-/quit") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        using HttpResponseMessage refused = await web.Client.SendAsync(foreign, Aborted);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.False(hasQuit.Task.IsCompleted);

        using HttpResponseMessage reloaded = await web.Client.PostAsync("/-/reload", null, Aborted);
        Assert.Equal("Reloaded.\n", await reloaded.Content.ReadAsStringAsync(Aborted));
        _files.WriteConfig("nonsense: 1\n");
        using HttpResponseMessage failed = await web.Client.PutAsync("/-/reload", null, Aborted);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal(
            $"{path}: 1 setting cannot be used:\n  nonsense  unknown; known are tls_server_config, http_server_config, basic_auth_users, rate_limit (web.yml:1)\n",
            await failed.Content.ReadAsStringAsync(Aborted));
        using HttpResponseMessage quit = await web.Client.PutAsync("/-/quit", null, Aborted);
        Assert.Equal("Stopping.\n", await quit.Content.ReadAsStringAsync(Aborted));
        await hasQuit.Task.WaitAsync(TimeSpan.FromSeconds(60), Aborted);
    }

    private Task<WebFixture> StartAsync(string yaml) => StartFileAsync(_files.WriteConfig(yaml));

    private Task<WebFixture> StartFileAsync(string path) =>
        WebFixture.StartAsync(new MetricsFixture(), new WebServerOptions(new(IPAddress.Loopback, 0), path), Aborted, _time);

    private static HttpClient Client(WebFixture web, X509Certificate2? certificate = null, Action<X509Certificate2>? seen = null) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, server, _, _) =>
            {
                seen?.Invoke((X509Certificate2)server!);
                return server is not null; // made for the test, and signed by nobody
            },
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        },
    })
    {
        BaseAddress = web.Address,
    };

    private static async Task<string> ServedAsync(WebFixture web)
    {
        string thumbprint = "";
        using HttpClient client = Client(web, seen: certificate => thumbprint = certificate.Thumbprint);
        await client.GetStringAsync("/-/healthy", Aborted);
        return thumbprint;
    }

    private static async Task<bool> IsServedAsync(WebFixture web, X509Certificate2? certificate)
    {
        using HttpClient client = Client(web, certificate);
        try
        {
            using HttpResponseMessage answer = await client.GetAsync("/-/healthy", Aborted);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(WebFixture web, string? login)
    {
        using HttpResponseMessage answer = await GetAsync(web, "/-/healthy", login);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> GetAsync(WebFixture web, string path, string? login)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (login is not null)
        {
            request.Headers.Authorization = login == "Bearer" ? new AuthenticationHeaderValue("Bearer", "x") : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        }
        return await web.Client.SendAsync(request, Aborted);
    }
}

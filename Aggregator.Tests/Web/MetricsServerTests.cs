using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Aggregator.Host.Web;
using Aggregator.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aggregator.Tests.Web;

public sealed class MetricsServerTests
{
    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "text/plain; version=0.0.4; charset=utf-8", "im_online_users 5\n")]
    [InlineData("application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0; charset=utf-8", "im_online_users 5.0\n")]
    public async Task Metrics_come_in_the_accepted_format(string? accept, string contentType, string sample)
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        await web.Metrics.PublishAsync(WindowBuilder.At(0).Total(online: 5).Final);
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        using HttpResponseMessage response = await web.Client.SendAsync(request, Aborted);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.GetValues("Content-Type").Single());
        Assert.Equal("Accept, Accept-Encoding", string.Join(", ", response.Headers.Vary));
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Empty(response.Headers.Server);
        string page = await response.Content.ReadAsStringAsync(Aborted);
        Assert.Contains(sample, page, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetByteCount(page), response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Gzip_is_sent_when_accepted()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));

        using HttpResponseMessage response = await web.Client.SendAsync(request, Aborted);

        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        await using GZipStream unpacked = new(await response.Content.ReadAsStreamAsync(Aborted), CompressionMode.Decompress);
        using StreamReader reader = new(unpacked, Encoding.UTF8);
        Assert.Equal(await web.Metrics.TextAsync(), await reader.ReadToEndAsync(Aborted));
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/-/healthy")]
    [InlineData("/docs/operations")]
    public async Task Head_has_the_headers_of_get_and_no_body(string path)
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        using HttpResponseMessage get = await web.Client.GetAsync(path, Aborted);
        using HttpRequestMessage request = new(HttpMethod.Head, path);

        using HttpResponseMessage head = await web.Client.SendAsync(request, Aborted);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Aborted));
    }

    [Fact]
    public async Task Healthy_is_always_200()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        Assert.Equal("Aggregator is healthy.\n", await web.Client.GetStringAsync("/-/healthy", Aborted));
    }

    [Fact]
    public async Task Ready_says_why_it_is_not()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        web.Metrics.Status.NotReadyReason = "no connection to Kafka at localhost:9092";
        using HttpResponseMessage unready = await web.Client.GetAsync("/-/ready", Aborted);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);
        Assert.Equal("Aggregator is not ready: no connection to Kafka at localhost:9092\n", await unready.Content.ReadAsStringAsync(Aborted));

        web.Metrics.Status.NotReadyReason = null;

        using HttpResponseMessage ready = await web.Client.GetAsync("/-/ready", Aborted);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("Aggregator is ready.\n", await ready.Content.ReadAsStringAsync(Aborted));
    }

    [Fact]
    public async Task The_page_links_to_everything()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        using HttpResponseMessage response = await web.Client.GetAsync("/", Aborted);
        string html = await response.Content.ReadAsStringAsync(Aborted);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        foreach (string path in new[] { "metrics", "-/healthy", "-/ready", "docs/operations", "docs/", "openapi/v1.json" })
        {
            Assert.Contains($"<a href=\"{path}\"", html, StringComparison.Ordinal);
            using HttpResponseMessage linked = await web.Client.GetAsync(path, Aborted);
            Assert.NotEqual(HttpStatusCode.NotFound, linked.StatusCode);
        }
    }

    [Fact]
    public async Task Other_paths_methods_and_bodies_are_refused()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        using HttpResponseMessage unknown = await web.Client.GetAsync("/metrics/x", Aborted);
        using HttpResponseMessage post = await web.Client.PostAsync("/metrics", new ByteArrayContent([]), Aborted);
        using HttpRequestMessage longRequest = new(HttpMethod.Get, "/metrics");
        longRequest.Headers.Add("X-Long", new string('x', 20_000));
        using HttpResponseMessage tooLong = await web.Client.SendAsync(longRequest, Aborted);

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, tooLong.StatusCode);
    }

    [Fact]
    public async Task A_taken_address_is_one_clear_line_and_nothing_is_logged()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        using RecordingLoggers loggers = new();

        ListenException failure = await Assert.ThrowsAsync<ListenException>(
            () => WebFixture.StartServerAsync(web.Metrics, new(IPAddress.Loopback, web.Address.Port), loggers, Aborted));

        Assert.Equal(
            $"cannot listen on 127.0.0.1:{web.Address.Port}: address already in use; stop the program that listens there, or choose another address with --web.listen-address",
            failure.Message);
        Assert.Empty(loggers.Lines);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_clear_line()
    {
        using MetricsFixture metrics = new();

        ListenException failure = await Assert.ThrowsAsync<ListenException>(
            () => WebFixture.StartServerAsync(metrics, new(IPAddress.Parse("192.0.2.1"), 0), NullLoggerFactory.Instance, Aborted));

        Assert.StartsWith("cannot listen on 192.0.2.1:0: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_host_it_listens_on_every_address()
    {
        using MetricsFixture metrics = new();
        await using MetricsServer server = await WebFixture.StartServerAsync(metrics, new(null, 0), NullLoggerFactory.Instance, Aborted);
        using HttpClient client = new();

        Assert.Equal("Aggregator is healthy.\n", await client.GetStringAsync($"http://127.0.0.1:{server.Addresses[0].Port}/-/healthy", Aborted));
    }

    [Fact]
    public async Task Start_requests_and_stop_log_nothing()
    {
        using RecordingLoggers loggers = new();
        using MetricsFixture metrics = new();
        MetricsServer server = await WebFixture.StartServerAsync(metrics, new(IPAddress.Loopback, 0), loggers, Aborted);
        using (HttpClient client = new() { BaseAddress = server.Addresses[0] })
        {
            await client.GetStringAsync("/metrics", Aborted);
        }
        await server.DisposeAsync();

        Assert.Empty(loggers.Lines);
    }

    private sealed class RecordingLoggers : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}

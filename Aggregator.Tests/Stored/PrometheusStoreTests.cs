using System.Globalization;
using System.Net;
using Aggregator.Core.RemoteWrite;
using Aggregator.Core.Stored;
using Aggregator.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Aggregator.Tests.Stored;

/// <summary>What is asked of a Prometheus, and what is said where it is none or does not answer.</summary>
public sealed class PrometheusStoreTests : IAsyncLifetime
{
    private readonly List<string> _asked = [];
    private readonly int _port = PrometheusProcess.FreePort();
    private WebApplication _server = null!;
    private Func<HttpContext, Task> _answer = _ => Task.CompletedTask;

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    private string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/prom");

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, _port));
        _server = builder.Build();
        _server.Run(async context =>
        {
            _asked.Add(Uri.UnescapeDataString(context.Request.Path + context.Request.QueryString.ToString()) + " " + context.Request.Headers.Authorization);
            await _answer(context);
        });
        await _server.StartAsync(Aborted);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Samples_come_with_their_own_times_and_exact_values()
    {
        Answer(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"a","job":"im"},"values":[[9.999,"7"],[10,"0.1"],[10.5,"0.30000000000000004"],[11.001,"+Inf"]]}]}}""");
        using PrometheusStore store = Create(new() { Username = "im", Password = "secret" });

        StoredSeries series = Assert.Single(await store.SamplesAsync("a{job=\"im\"}", 10_000, 11_001, Aborted));

        // What a server of version 2 gives of the left end is left out.
        Assert.Equal([new(10_000, 0.1), new(10_500, 0.30000000000000004), new(11_001, double.PositiveInfinity)], series.Samples);
        Assert.Equal(("a", "im"), (series.Name, Assert.Single(series.Labels).Value));
        Assert.Equal("/prom/api/v1/query?query=a{job=\"im\"}[1002ms]&time=11.001 Basic aW06c2VjcmV0", Assert.Single(_asked));
    }

    [Fact]
    public async Task No_question_is_for_more_points_than_Prometheus_gives()
    {
        Answer(200, """{"status":"success","data":{"resultType":"matrix","result":[]}}""");
        using PrometheusStore store = Create(new());

        Assert.Empty(await store.StepsAsync("sum(a)", 0, 11_000 * 60_000L, 60_000, Aborted));

        Assert.Equal(["/prom/api/v1/query_range?query=sum(a)&start=0&end=659940&step=60 ", "/prom/api/v1/query_range?query=sum(a)&start=660000&end=660000&step=60 "], _asked);
    }

    [Theory]
    [InlineData(401, "", "{0}: 401 Unauthorized: it wants to know who asks; set RemoteWrite:Username and RemoteWrite:Password, RemoteWrite:BearerToken, or RemoteWrite:TlsCertificateLocation")]
    [InlineData(200, "<html>", "{0}: is no Prometheus: api/v1/query answers 200 OK, and not as its HTTP API does; the address is what is in front of /api/v1, for example http://prometheus:9090")]
    [InlineData(404, "no page", "{0}: is no Prometheus: api/v1/query answers 404 Not Found, and not as its HTTP API does; the address is what is in front of /api/v1, for example http://prometheus:9090")]
    [InlineData(200, """{"status":"success"}""", "{0}: is no Prometheus: api/v1/query answers 200 OK, and not as its HTTP API does; the address is what is in front of /api/v1, for example http://prometheus:9090")]
    [InlineData(422, """{"status":"error","error":"too many samples"}""", "{0}: 422: too many samples")]
    public async Task What_does_not_answer_as_a_Prometheus_is_said(int status, string body, string message)
    {
        Answer(status, body);
        using PrometheusStore store = Create(new());

        IOException failure = await Assert.ThrowsAsync<IOException>(() => store.TryAsync(Aborted));

        Assert.Equal(string.Format(CultureInfo.InvariantCulture, message, Address), failure.Message);
    }

    [Fact]
    public async Task One_that_hangs_is_not_waited_for_longer_than_the_settings_say()
    {
        _answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using PrometheusStore store = Create(new() { Timeout = TimeSpan.FromMilliseconds(200) });

        IOException failure = await Assert.ThrowsAsync<IOException>(() => store.TryAsync(Aborted));

        Assert.Equal($"{Address}: no answer within 0.2 s (RemoteWrite:Timeout)", failure.Message);
    }

    [Fact]
    public async Task One_that_is_not_there_is_named()
    {
        using PrometheusStore store = new(new Uri("http://127.0.0.1:1"), new(), "test");

        IOException failure = await Assert.ThrowsAsync<IOException>(() => store.TryAsync(Aborted));

        Assert.StartsWith("http://127.0.0.1:1: cannot be asked: Connection refused", failure.Message, StringComparison.Ordinal);
    }

    private PrometheusStore Create(RemoteWriteSettings access) => new(new Uri(Address), access, "test");

    private void Answer(int status, string body) => _answer = context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body, context.RequestAborted);
    };
}

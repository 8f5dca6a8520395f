using System.Net;
using Aggregator.Host.Web;
using Aggregator.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Tests.Web;

/// <summary>A real server on a free port of the loopback address, and a client that neither unpacks nor redirects.</summary>
internal sealed class WebFixture : IAsyncDisposable
{
    private readonly MetricsServer _server;

    private WebFixture(MetricsFixture metrics, MetricsServer server)
    {
        Metrics = metrics;
        _server = server;
        Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = server.Addresses[0] };
    }

    public MetricsFixture Metrics { get; }

    public HttpClient Client { get; }

    public Uri Address => _server.Addresses[0];

    public static async Task<WebFixture> StartAsync(CancellationToken cancellation, string[][]? groups = null, bool withProcess = false)
    {
        MetricsFixture metrics = new(groups, withProcess);
        return new(metrics, await StartServerAsync(metrics, new(IPAddress.Loopback, 0), NullLoggerFactory.Instance, cancellation));
    }

    public static Task<MetricsServer> StartServerAsync(MetricsFixture metrics, ListenAddress address, ILoggerFactory loggers, CancellationToken cancellation) =>
        MetricsServer.StartAsync(address, metrics.Output, metrics.Self, metrics.Status, loggers, cancellation);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        Metrics.Dispose();
    }
}

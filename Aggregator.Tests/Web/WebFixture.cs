using System.Net;
using Aggregator.Core.Publishing;
using Aggregator.Host.Settings;
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

    /// <summary>With whatever settings are to be shown, and secured in whatever way.</summary>
    public static async Task<WebFixture> StartAsync(MetricsFixture metrics, WebServerOptions options, CancellationToken cancellation,
        TimeProvider? time = null, IReadOnlyList<SettingValue>? values = null) =>
        new(metrics, await MetricsServer.StartAsync(options, View(metrics, time, values), NullLoggerFactory.Instance, cancellation));

    public static Task<MetricsServer> StartServerAsync(MetricsFixture metrics, ListenAddress address, ILoggerFactory loggers, CancellationToken cancellation) =>
        MetricsServer.StartAsync(new(address), View(metrics), loggers, cancellation);

    private static ServiceView View(MetricsFixture metrics, TimeProvider? time = null, IReadOnlyList<SettingValue>? values = null) => new(
        metrics.Page, metrics.History, metrics.Status, metrics.Counters, new AggregatorSettings(metrics.Aggregation, new(), new()) { Values = values ?? [] },
        new BuildInfo("1.2.3", "abc", "10.0.1"), time ?? TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        Metrics.Dispose();
    }
}

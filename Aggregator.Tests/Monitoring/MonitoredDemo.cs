using Aggregator.Tests.Processes;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Monitoring;

/// <summary>
/// Two demos, one with a delivery drop and one with a latency spike, the real Prometheus with the rules, and the real Alertmanager that tells a receiver of ours. All with
/// windows of 2 s. Tests share it, and the minute that it takes.
/// </summary>
[CollectionDefinition(nameof(MonitoredDemo), DisableParallelization = true)] // it goes by the clock
public sealed class MonitoredDemo : IAsyncLifetime, ICollectionFixture<MonitoredDemo>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aggregator-monitoring-");
    private readonly List<IAsyncDisposable> _started = [];
    private readonly WebhookReceiver _receiver = new();

    /// <summary>Why there is none; null where there is one.</summary>
    public string? Missing { get; private set; }

    internal WebhookReceiver Receiver => _receiver;

    internal PrometheusProcess Prometheus { get; private set; } = null!;

    internal AlertmanagerProcess Alertmanager { get; private set; } = null!;

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string? prometheus = PrometheusProcess.Find("prometheus");
        string? alertmanager = PrometheusProcess.Find("prometheus-alertmanager");
        Missing = prometheus is null ? "prometheus is not installed (Debian package: prometheus)"
            : alertmanager is null ? $"prometheus-alertmanager is not installed ({AlertmanagerProcess.Package})" : null;
        if (prometheus is null || alertmanager is null)
        {
            return;
        }
        Alertmanager = Started(await AlertmanagerProcess.StartAsync(alertmanager, ScaledYaml.Alertmanager(Receiver.Address), Aborted));
        // Slow messages must not be lost ones: in the demo with the spike all of them are acknowledged in time.
        Task<string> drop = DemoAsync("delivery-drop", "00:00:06");
        Task<string> spike = DemoAsync("latency-spike", "00:01:30");
        string[] rules = ScaledYaml.WriteRules(_folder.FullName, TimeSpan.FromMinutes(10));
        Prometheus = Started(await PrometheusProcess.StartAsync(
            prometheus,
            $"- job_name: aggregator\n  static_configs: [{{targets: ['{await drop}'], labels: {{scenario: drop}}}}, {{targets: ['{await spike}'], labels: {{scenario: spike}}}}]\n",
            Aborted,
            $"rule_files: [{string.Join(", ", rules)}]\nalerting: {{alertmanagers: [{{static_configs: [{{targets: ['{Alertmanager.Target}']}}]}}]}}\n"));
        await Prometheus.QueryUntilAsync("count(up == 1)", answer => answer is ["{} 2"], Aborted);
    }

    public async ValueTask DisposeAsync()
    {
        for (int i = _started.Count - 1; i >= 0; i--)
        {
            await _started[i].DisposeAsync();
        }
        _receiver.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<string> DemoAsync(string incident, string ackTimeout)
    {
        // Fewer users than ImOnlineUsersChanged judges: within 2 s users come and go. 15 s for the others to start.
        AggregatorProcess demo = Started(AggregatorProcess.Start(
        [
            "demo", "--rate", "500", "--users", "150", "--incident", $"{incident}@15s:24s", "--web.listen-address", "127.0.0.1:0", "--log-level", "info",
            "--set", "Aggregation:Window=00:00:02", "--set", "Aggregation:Lateness=00:00:10", "--set", $"Aggregation:AckTimeout={ackTimeout}",
            "--set", "Aggregation:IdleTimeout=00:01:00",
        ]));
        return (await demo.AddressAsync()).Authority;
    }

    private T Started<T>(T part)
        where T : IAsyncDisposable
    {
        lock (_started)
        {
            _started.Add(part);
        }
        return part;
    }
}

using Aggregator.Tests.Processes;
using Xunit;

namespace Aggregator.Tests.Monitoring;

/// <summary>What an operator is told when something goes wrong: from the demo through the real Prometheus and the real Alertmanager to a receiver.</summary>
[Collection(nameof(MonitoredDemo))]
public sealed class AlertsEndToEndTests(MonitoredDemo demo)
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_drop_and_a_latency_spike_are_told_with_their_text_resolve_and_are_all_that_is_told()
    {
        Assert.SkipWhen(demo.Missing is not null, demo.Missing ?? "");
        await UntilAsync(() => Told("ImDeliveryRatioLow", "firing") && Told("ImLatencyP50High", "firing"), "both alerts fire");
        string[] inhibited = [];
        await MetricsClient.UntilAsync(async () => (inhibited = await demo.Alertmanager.InhibitedAsync(Aborted)).Length > 0, "an alert is held back", Bound);
        await UntilAsync(() => Told("ImDeliveryRatioLow", "resolved") && Told("ImLatencyP50High", "resolved"), "both alerts resolve");

        Notification drop = demo.Receiver.Taken.First(notification => notification.Name == "ImDeliveryRatioLow");
        Assert.Equal("wake-up", drop.Receiver);
        Assert.Equal(("critical", "drop", "aggregator"), (drop.Labels["severity"], drop.Labels["scenario"], drop.Labels["job"]));
        Assert.Matches(@"^Only [5-9]\d(\.\d+)?% of the messages are delivered$", drop.Annotations["summary"]);
        Assert.Matches(@" [5-9]\d(\.\d+)?% of the messages sent were acknowledged in time; expected are 95% or more", drop.Annotations["description"]);
        Assert.Equal("docs/runbooks/ImDeliveryRatioLow.md", drop.Annotations["runbook"]);
        Notification spike = demo.Receiver.Taken.First(notification => notification.Name == "ImLatencyP50High");
        Assert.Equal("wake-up", spike.Receiver);
        Assert.Equal(("critical", "spike", "aggregator"), (spike.Labels["severity"], spike.Labels["scenario"], spike.Labels["job"]));
        Assert.Matches(@"^Half of the messages take longer than (\d{3}(\.\d+)?ms|[12](\.\d+)?s)$", spike.Annotations["summary"]);
        Assert.Contains("expected are 800ms or less", spike.Annotations["description"], StringComparison.Ordinal);

        string[] fired = [.. (await demo.Prometheus.QueryAsync("count by (alertname, scenario) (max_over_time(ALERTS{alertstate=\"firing\"}[10m]))", Aborted))
            .Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)])];
        Assert.Equal(
            ["{alertname=ImDeliveryRatioLow,scenario=drop}", "{alertname=ImLatencyP50High,scenario=spike}", "{alertname=ImLatencyP95High,scenario=spike}"],
            fired.Except(["{alertname=ImLatencyP99High,scenario=spike}"])); // whose limit the tail of a spike may reach or not
        Assert.Empty(demo.Receiver.Taken.Select(notification => $"{notification.Name} {notification.Labels["severity"]}")
            .Except(["ImDeliveryRatioLow critical", "ImLatencyP50High critical", "ImLatencyP95High warning", "ImLatencyP99High warning"]));
        Assert.Empty(inhibited.Except(["ImDeliveryRatioLow warning", "ImLatencyP95High warning", "ImLatencyP99High warning"]));
    }

    private bool Told(string name, string status) => demo.Receiver.Taken.Any(notification => notification.Name == name && notification.Status == status);

    private async Task UntilAsync(Func<bool> condition, string what)
    {
        try
        {
            await MetricsClient.UntilAsync(() => Task.FromResult(condition()), what, Bound);
        }
        catch (TimeoutException)
        {
            string alerts = string.Join('\n', await demo.Prometheus.QueryAsync("max_over_time(ALERTS[10m])", Aborted));
            Assert.Fail($"{what}: told were {string.Join(", ", demo.Receiver.Taken.Select(told => $"{told.Name} {told.Labels["severity"]} {told.Status}"))}; Prometheus has\n{alerts}");
        }
    }
}

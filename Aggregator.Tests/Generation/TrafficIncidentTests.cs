using Aggregator.Core.Generation;
using Xunit;

namespace Aggregator.Tests.Generation;

public class TrafficIncidentTests
{
    [Theory]
    [InlineData("delivery-drop@5m:2m", IncidentKind.DeliveryDrop, 300, 120)]
    [InlineData("latency-spike@90s:500ms", IncidentKind.LatencySpike, 90, 0.5)]
    [InlineData("node-outage@1h30m:1d", IncidentKind.NodeOutage, 5_400, 86_400)]
    [InlineData("delivery-drop@0s:1s", IncidentKind.DeliveryDrop, 0, 1)]
    public void An_incident_has_a_kind_a_start_and_a_duration(string text, IncidentKind kind, double start, double duration)
    {
        Assert.True(TrafficIncident.TryParse(text, out TrafficIncident? incident, out string? problem), problem);
        Assert.Equal(new TrafficIncident(kind, TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(duration)), incident);
    }

    [Theory]
    [InlineData("delivery-drop", "incident 'delivery-drop' must be KIND@START:DURATION, for example delivery-drop@5m:2m")]
    [InlineData("delivery-drop@5m", "incident 'delivery-drop@5m' must be KIND@START:DURATION, for example delivery-drop@5m:2m")]
    [InlineData("flood@5m:2m", "incident 'flood@5m:2m': unknown kind 'flood'; known are delivery-drop, latency-spike, node-outage")]
    [InlineData("delivery-drop@5:2m", "incident 'delivery-drop@5:2m': the start '5' must be a time such as 90s, 5m or 1h30m")]
    [InlineData("delivery-drop@5m:x", "incident 'delivery-drop@5m:x': the duration 'x' must be a time over 0 such as 90s, 5m or 1h30m")]
    [InlineData("delivery-drop@5m:0s", "incident 'delivery-drop@5m:0s': the duration '0s' must be a time over 0 such as 90s, 5m or 1h30m")]
    public void What_is_wrong_with_an_incident_is_told(string text, string message)
    {
        Assert.False(TrafficIncident.TryParse(text, out _, out string? problem));
        Assert.Equal(message, problem);
    }
}

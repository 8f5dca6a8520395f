namespace Aggregator.Tests.Monitoring;

/// <summary>An alert as it reached a receiver.</summary>
/// <param name="Receiver">Which one.</param>
/// <param name="Status">firing or resolved.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Annotations">Its texts.</param>
internal sealed record Notification(string Receiver, string Status, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    public string Name => Labels["alertname"];
}

namespace Aggregator.Core.Kafka;

/// <summary>Where each partition of an assignment starts; or why that is not known yet.</summary>
/// <param name="Starts">The start of each assigned partition.</param>
/// <param name="LatencyPartitions">How many partitions the latency topic has.</param>
/// <param name="AckPartitions">How many partitions the ack topic has.</param>
/// <param name="TopicIds">The ids of both topics, by name: a topic that was deleted and created again has another one.</param>
/// <param name="Ends">The ends of the logs as the brokers named them on the way; null where nothing starts.</param>
/// <param name="WaitingFor">What is missing, in words for an operator; null when nothing is.</param>
internal sealed record Resolution(
    IReadOnlyList<StartOffset> Starts, int LatencyPartitions, int AckPartitions, IReadOnlyDictionary<string, string> TopicIds, SourceElement.EndOffsets? Ends,
    string? WaitingFor)
{
    public static Resolution Waiting(string reason) => new([], 0, 0, new Dictionary<string, string>(), null, reason);
}

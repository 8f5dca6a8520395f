namespace Aggregator.Core.Windows;

/// <summary>What a window holds of one group as soon as its end has passed: final when every watermark has reached the window's end.</summary>
/// <param name="Group">The group.</param>
/// <param name="OnlineUsers">Distinct users that sent, received or acknowledged.</param>
/// <param name="Received">Received facts.</param>
/// <param name="Latency">Statistics of the samples; null where there is none.</param>
/// <param name="Acks">Acknowledgements with a code of success.</param>
/// <param name="AckErrors">Acknowledgements with an error code, by code, ordered by code in UTF-16 code units.</param>
public sealed record GroupActivity(
    GroupKey Group, long OnlineUsers, long Received, LatencyStatistics? Latency, long Acks, IReadOnlyList<KeyValuePair<string, long>> AckErrors)
{
    /// <summary>Whether nothing happened. Whatever does is an acknowledgement, an error, or makes a user known or a message received.</summary>
    public bool IsNone => OnlineUsers == 0 && Received == 0 && Acks == 0 && AckErrors.Count == 0;

    /// <summary>The activity of a group of which nothing happened.</summary>
    public static GroupActivity None(GroupKey group) => new(group, 0, 0, null, 0, []);
}

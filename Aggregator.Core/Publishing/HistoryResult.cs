using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// What is remembered of a group in a window: its numbers, without the distribution behind them.
/// </summary>
public sealed class HistoryResult
{
    internal HistoryResult(GroupActivity activity, GroupDelivery? delivery)
    {
        Group = activity.Group;
        OnlineUsers = activity.OnlineUsers;
        Received = activity.Received;
        if (activity.Latency is { } latency)
        {
            HasLatency = true;
            (P50, P95, P99, Mean, Max) = (latency.P50, latency.P95, latency.P99, latency.Mean, latency.Max);
        }
        Acks = activity.Acks;
        AckErrors = activity.AckErrors;
        Delivery = delivery;
    }

    private HistoryResult(HistoryResult whole)
    {
        Group = whole.Group;
        OnlineUsers = whole.OnlineUsers;
        Received = whole.Received;
        HasLatency = whole.HasLatency;
        (P50, P95, P99, Mean, Max) = (whole.P50, whole.P95, whole.P99, whole.Mean, whole.Max);
        Acks = whole.Acks;
        Delivery = whole.Delivery;
    }

    public GroupKey Group { get; }

    public long OnlineUsers { get; }

    public long Received { get; }

    /// <summary>Whether there is a latency: without a sample the five numbers below are 0 and mean nothing.</summary>
    public bool HasLatency { get; }

    /// <summary>Milliseconds, like those that follow.</summary>
    public long P50 { get; }

    public long P95 { get; }

    public long P99 { get; }

    public double Mean { get; }

    public long Max { get; }

    public long Acks { get; }

    /// <summary>Null where they were given up for <see cref="WindowHistory.MaxDetails"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, long>>? AckErrors { get; }

    /// <summary>Null as long as it is not final.</summary>
    public GroupDelivery? Delivery { get; }

    internal HistoryResult WithoutErrors() => new(this);
}

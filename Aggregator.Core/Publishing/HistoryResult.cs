using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// What is remembered of a group in a window: its numbers, without the distribution behind them.
/// </summary>
public sealed class HistoryResult
{
    // An object, so that readers on several threads see all of it or nothing.
    private Tuple<double, double>? _bounds;

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

    /// <summary>The bounds of the ratio's 95 % interval; null without a ratio. Computed once, when first asked for: a look at a day of windows asks for thousands.</summary>
    public (double Lower, double Upper)? RatioBounds
    {
        get
        {
            if (_bounds is null && Delivery is { RatioLower: { } lower, RatioUpper: { } upper })
            {
                _bounds = Tuple.Create(lower, upper);
            }
            return _bounds is null ? null : (_bounds.Item1, _bounds.Item2);
        }
    }

    internal HistoryResult WithoutErrors() => new(this);
}

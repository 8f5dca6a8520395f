using Aggregator.Benchmarks.Shapes;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Grow;

/// <summary>What traffic is like, and how it is folded.</summary>
public sealed record GrowCase
{
    public long Users { get; init; } = 100_000;

    public long IdsPerWindow { get; init; } = 100_000;

    /// <summary>Groups of one dimension set; 1 for no set at all.</summary>
    public int Groups { get; init; } = 1;

    public int Partitions { get; init; } = 4;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The time-out of acknowledgements, in windows.</summary>
    public int TimeoutWindows { get; init; } = 1;

    public int Lanes { get; init; } = 1;

    /// <summary>How its producers write a record; null for the shortest way.</summary>
    public Func<ReportedMessage, string>? Write { get; init; }

    /// <summary>How it is folded.</summary>
    public AggregationSettings Settings => new()
    {
        Window = Window,
        AckTimeout = TimeoutWindows * Window,
        Groups = Groups == 1 ? [] : [["group"]],
        Join = Lanes == 1 ? DeliveryJoinScope.All : DeliveryJoinScope.Partition,
        Lanes = Lanes,
    };
}

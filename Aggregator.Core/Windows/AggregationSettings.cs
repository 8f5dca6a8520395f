namespace Aggregator.Core.Windows;

/// <summary>The section <c>Aggregation</c> of the settings (SPEC section 6). Checked by the host before it comes here.</summary>
public sealed record AggregationSettings
{
    /// <summary>Size of a window: whole seconds that divide an hour.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How far a partition's watermark stays behind the latest report time in it.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its sending a message may be acknowledged to count as delivered; a whole multiple of <see cref="Window"/>, at least one.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a partition that was read to its end must stay empty to hold the others back no longer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How far a record's times may lie ahead of its Kafka timestamp.</summary>
    public TimeSpan MaxFutureSkew { get; init; } = TimeSpan.FromMinutes(5);

    public DeliveryIdentity Identity { get; init; } = DeliveryIdentity.Message;

    /// <summary>Where the acknowledgement of a message may lie; lets partitions be folded on several threads.</summary>
    public DeliveryJoinScope Join { get; init; } = DeliveryJoinScope.All;

    /// <summary>How many lanes fold, where <see cref="Join"/> allows several; null for one a processor, 8 at most.</summary>
    internal int? Lanes { get; init; }

    /// <summary>How many combinations of dimension values have a number at a time.</summary>
    internal int NumberedCombinations { get; init; } = 16_384;

    /// <summary>How many threads fold.</summary>
    public int LaneCount => Join == DeliveryJoinScope.Partition ? Lanes ?? Math.Clamp(Environment.ProcessorCount, 1, 8) : 1;

    /// <summary>The dimension sets by which results are broken down besides the total, each a list of field names.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Groups { get; init; } = [];

    /// <summary>Groups of one dimension set and window that are kept; the facts of further ones count in the total only. 1 to 10,000.</summary>
    public int MaxSeries { get; init; } = 1_000;

    /// <summary>Error codes of one group and window that are told apart. 1 to 10,000.</summary>
    public int MaxErrorCodes { get; init; } = 1_000;

    /// <summary>Windows open at a time. Only records whose times are scattered over years come near it. 10 to 10,000,000.</summary>
    public int MaxOpenWindows { get; init; } = 1_000_000;
}

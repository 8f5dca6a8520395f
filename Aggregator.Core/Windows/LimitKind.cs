namespace Aggregator.Core.Windows;

/// <summary>A limit of the aggregation that leaves facts out of what it limits.</summary>
public enum LimitKind
{
    /// <summary><see cref="AggregationSettings.MaxSeries"/>.</summary>
    Series,

    /// <summary><see cref="AggregationSettings.MaxErrorCodes"/>.</summary>
    ErrorCodes,

    /// <summary><see cref="AggregationSettings.MaxOpenWindows"/>.</summary>
    OpenWindows,

    /// <summary>Times at which event time passed over an idle partition that brought late facts then; 64 for each are known to a restart.</summary>
    IdlePassages,
}

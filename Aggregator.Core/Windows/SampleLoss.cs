namespace Aggregator.Core.Windows;

/// <summary>Why a latency sample was left out while the record's facts stand (SPEC section 1).</summary>
public enum SampleLoss
{
    None,

    /// <summary>Under 0.</summary>
    NegativeLatency,

    /// <summary>Over 86,400,000 ms, a day.</summary>
    LatencyOutOfRange,
}

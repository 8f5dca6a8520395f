using Aggregator.Core.Generation;

namespace Aggregator.Tests.Generation;

/// <summary>Small traffic to start from.</summary>
internal static class SomeTraffic
{
    /// <summary>All disturbances in their usual shares.</summary>
    public static TrafficSettings Ordinary { get; } = new() { Messages = 20_000, Rate = 500, Users = 2_000 };

    /// <summary>Everything arrives, once and in time.</summary>
    public static TrafficSettings Undisturbed { get; } = Ordinary with
    {
        LossShare = 0,
        ErrorShare = 0,
        DuplicateShare = 0,
        SplitShare = 0,
        DisorderShare = 0,
        LateShare = 0,
        SkewShare = 0,
        TailShare = 0,
    };
}

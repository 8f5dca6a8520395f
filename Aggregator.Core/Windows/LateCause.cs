namespace Aggregator.Core.Windows;

/// <summary>What a late fact came too late for.</summary>
public enum LateCause
{
    /// <summary>The watermark of its own partition had passed (SPEC section 3).</summary>
    Watermark,

    /// <summary>Its partition was idle, and its window became final meanwhile (SPEC section 5).</summary>
    AfterIdle,
}

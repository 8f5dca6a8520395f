namespace Aggregator.Core.RemoteWrite;

/// <summary>The sample that ends a series in Prometheus, so that it is not stretched for the five minutes of its lookback.</summary>
internal static class StaleMarker
{
    /// <summary>A NaN that is told from all others by its bits.</summary>
    public const ulong Bits = 0x7FF0000000000002;

    public static double Value { get; } = BitConverter.UInt64BitsToDouble(Bits);
}

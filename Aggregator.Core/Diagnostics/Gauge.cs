namespace Aggregator.Core.Diagnostics;

/// <summary>A number that goes up and down; any thread may set it.</summary>
public sealed class Gauge
{
    private long _value;

    public long Value
    {
        get => Interlocked.Read(ref _value);
        set => Interlocked.Exchange(ref _value, value);
    }
}

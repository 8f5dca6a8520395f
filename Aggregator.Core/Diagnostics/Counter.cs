namespace Aggregator.Core.Diagnostics;

/// <summary>A count that only grows; any thread may add to it.</summary>
public sealed class Counter
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long count = 1) => Interlocked.Add(ref _value, count);
}

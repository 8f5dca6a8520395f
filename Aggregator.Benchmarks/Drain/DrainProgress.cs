namespace Aggregator.Benchmarks.Drain;

/// <summary>How far a drain is; written by one thread, read by another.</summary>
internal sealed class DrainProgress
{
    private long _records;

    public long Records
    {
        get => Volatile.Read(ref _records);
        set => Volatile.Write(ref _records, value);
    }
}

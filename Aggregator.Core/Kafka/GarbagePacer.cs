namespace Aggregator.Core.Kafka;

/// <summary>
/// Keeps the young generation small. The client allocates some 250 bytes for each record, dead at once; the runtime lets as much gather as the processor's cache suggests,
/// which on servers is a hundred megabytes and more, and the setting against that (GCgen0size) exists in the environment only. A collection of the young
/// generation finds next to nothing alive here and takes well under a millisecond.
/// </summary>
internal sealed class GarbagePacer
{
    /// <summary>A million records a second make thirty collections of it.</summary>
    public const long BytesPerCollection = 8 * 1024 * 1024;

    private long _collectedAt = GC.GetAllocatedBytesForCurrentThread();

    /// <summary>Collects when this thread has allocated enough since the last time; called once a batch, by one thread.</summary>
    public void Pace()
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - _collectedAt >= BytesPerCollection)
        {
            _collectedAt = allocated;
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        }
    }
}

namespace Aggregator.Tests.Sketches;

/// <summary>Counts the bytes that an action allocates on this thread.</summary>
internal static class Allocations
{
    // What a thread gets of the heap at a time.
    private const int PartBytes = 8 * 1024;

    public static long Of(Action action)
    {
        int collections = GC.CollectionCount(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // A collection that another thread brings about takes what is left of this one's part in its name.
        return allocated <= (GC.CollectionCount(0) - collections) * PartBytes ? 0 : allocated;
    }
}

namespace Aggregator.Tests.Sketches;

/// <summary>Counts the bytes that an action allocates on this thread.</summary>
internal static class Allocations
{
    public static long Of(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

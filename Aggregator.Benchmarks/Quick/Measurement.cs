using System.Diagnostics;

namespace Aggregator.Benchmarks.Quick;

/// <summary>
/// The best of several runs of a step, in CPU time of the process (collector and compiler included): on a machine with other work the best is nearest to
/// what the step takes.
/// </summary>
public readonly record struct Measurement(double Nanoseconds, double AllocatedBytes, int Gen0, int Gen1, int Gen2)
{
    private const int FewestRuns = 3;

    /// <param name="run">One run of the step.</param>
    /// <param name="operations">How many operations it is; the result is per operation.</param>
    /// <param name="duration">How long to try; the first third is for the compiler to warm up. Long runs take longer: there are three of each at least.</param>
    public static Measurement BestOf(QuickRun run, int operations, TimeSpan duration)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < FewestRuns || Stopwatch.GetElapsedTime(begin) < duration / 3; i++)
        {
            run.Before?.Invoke();
            run.Run();
        }
        Measurement best = new(double.MaxValue, 0, 0, 0, 0);
        for (int i = 0; i < FewestRuns || Stopwatch.GetElapsedTime(begin) < duration; i++)
        {
            Measurement measured = Once(run, operations);
            best = measured.Nanoseconds < best.Nanoseconds ? measured : best;
        }
        return best;
    }

    private static Measurement Once(QuickRun run, int operations)
    {
        run.Before?.Invoke();
        (int gen0, int gen1, int gen2) = (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan begin = Environment.CpuUsage.TotalTime;
        run.Run();
        double elapsed = (Environment.CpuUsage.TotalTime - begin).TotalNanoseconds;
        return new(elapsed / operations, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / operations,
            GC.CollectionCount(0) - gen0, GC.CollectionCount(1) - gen1, GC.CollectionCount(2) - gen2);
    }
}

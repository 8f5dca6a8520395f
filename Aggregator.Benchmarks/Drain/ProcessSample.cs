using System.Diagnostics;
using System.Globalization;

namespace Aggregator.Benchmarks.Drain;

/// <summary>What this process used up to a moment.</summary>
internal sealed record ProcessSample(long Records, TimeSpan At, TimeSpan Cpu, long Allocated, TimeSpan Paused, double PeakMegabytes, IReadOnlyDictionary<string, TimeSpan> Threads)
{
    public static ProcessSample Now(long records)
    {
        using Process process = Process.GetCurrentProcess();
        return new(
            records, Stopwatch.GetElapsedTime(0), process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration(), process.PeakWorkingSet64 / 1e6,
            OperatingSystem.IsLinux() ? ThreadTimes() : new Dictionary<string, TimeSpan>());
    }

    /// <summary>CPU time of the threads by name between two moments, most first, down to a millisecond. Linux only.</summary>
    public static IEnumerable<(string Name, TimeSpan Time)> ThreadTimes(ProcessSample from, ProcessSample to) =>
        to.Threads.Select(thread => (thread.Key, thread.Value - from.Threads.GetValueOrDefault(thread.Key)))
            .Where(thread => thread.Item2 > TimeSpan.FromMilliseconds(1)).OrderByDescending(thread => thread.Item2);

    private static Dictionary<string, TimeSpan> ThreadTimes()
    {
        Dictionary<string, TimeSpan> times = [];
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                // The first number: nanoseconds on a processor.
                long nanoseconds = long.Parse(File.ReadAllText(thread + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
                string name = File.ReadAllText(thread + "/comm").Trim();
                times[name] = times.GetValueOrDefault(name) + TimeSpan.FromMicroseconds(nanoseconds / 1000);
            }
            catch (IOException)
            {
                // ended meanwhile
            }
        }
        return times;
    }
}

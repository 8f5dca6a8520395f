using System.Diagnostics;
using System.Globalization;
using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Tuning;

namespace Aggregator.Benchmarks.Compare;

/// <summary>The child's side of <see cref="TrickCommand"/>: a step with a trick or without it, one turn for each line that comes in.</summary>
internal static class TrickTurns
{
    /// <summary>What says that a turn may begin.</summary>
    public const string Go = "go";

    /// <summary>Makes the step and answers until the input ends: first an empty line, then for each turn nanoseconds and bytes an operation.</summary>
    /// <param name="trick">The trick.</param>
    /// <param name="isThere">Whether the trick is there.</param>
    /// <param name="warmUp">How long the step is run before.</param>
    /// <param name="turn">How long a turn is, one run at least.</param>
    public static int Run(Trick trick, bool isThere, TimeSpan warmUp, TimeSpan turn)
    {
        if (!isThere && trick.Switch is not null)
        {
            AppContext.SetSwitch(Tricks.Prefix + trick.Switch, true);
        }
        (QuickRun run, int operations) = trick.Prepare(isThere);
        Turn(trick, run, operations, warmUp);
        Console.WriteLine();
        while (Console.ReadLine() == Go)
        {
            (double nanoseconds, double bytes) = Turn(trick, run, operations, turn);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{nanoseconds} {bytes}"));
        }
        return 0;
    }

    /// <summary>The best run of a turn.</summary>
    private static (double Nanoseconds, double Bytes) Turn(Trick trick, QuickRun run, int operations, TimeSpan duration)
    {
        TimeSpan best = TimeSpan.MaxValue;
        TimeSpan sum = default;
        long allocated = 0;
        do
        {
            run.Before?.Invoke();
            allocated = GC.GetTotalAllocatedBytes(precise: true);
            TimeSpan begin = Now(trick);
            run.Run();
            TimeSpan elapsed = Now(trick) - begin;
            allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            best = elapsed < best ? elapsed : best;
            sum += elapsed;
        }
        while (sum < duration);
        return (best.TotalNanoseconds / operations, (double)allocated / operations);
    }

    private static TimeSpan Now(Trick trick) => trick.IsByClock ? Stopwatch.GetElapsedTime(0) : Environment.CpuUsage.TotalTime;
}

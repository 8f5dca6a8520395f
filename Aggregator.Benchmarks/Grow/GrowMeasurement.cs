using System.Diagnostics;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Grow;

/// <summary>Time to decode and fold a record, and what an id of an open window takes with all that is kept besides.</summary>
public readonly record struct GrowMeasurement(double Nanoseconds, double BytesPerId)
{
    /// <summary>So many batches are folded one after the other, as where the source is faster than the fold: as many as the service has in flight.</summary>
    private const int BatchesAhead = 8;

    /// <summary>
    /// Folds until tables have their size, then measures: the best tenth stands for all, because other work on the machine only ever adds. Time is
    /// that of the clock, for lanes are to be seen.
    /// </summary>
    public static GrowMeasurement Of(GrowCase of, long records)
    {
        GrowTraffic traffic = new(of);
        RecordBatch[] batches = [.. Enumerable.Range(0, BatchesAhead).Select(_ => new RecordBatch())];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        WindowAggregator aggregator = new(of.Settings, new(), new());
        List<double> times = [];
        // Two windows and a half make one that is sized by a complete one before it; two records an id.
        long wanted = Math.Max(records, 5 * of.IdsPerWindow);
        long folded = 0;
        while (folded < wanted)
        {
            Array.ForEach(batches, traffic.Fill);
            long started = Stopwatch.GetTimestamp();
            foreach (RecordBatch batch in batches)
            {
                aggregator.Fold(batch);
            }
            int count = batches.Sum(batch => batch.Count);
            times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / count);
            folded += count;
            aggregator.Advance(aggregator.Progress.Min(partition => partition.WatermarkMs));
        }
        double bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        double openWindows = Math.Min(traffic.ElapsedMs / of.Window.TotalMilliseconds, (traffic.ElapsedMs / of.Window.TotalMilliseconds % 1) + of.TimeoutWindows + 1);
        GC.KeepAlive(aggregator);
        times.RemoveRange(0, times.Count / 2);
        times.Sort();
        return new(times.Take(Math.Max(1, times.Count / 10)).Average(), bytes / (openWindows * of.IdsPerWindow));
    }
}

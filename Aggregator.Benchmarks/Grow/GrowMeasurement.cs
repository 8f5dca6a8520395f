using System.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Grow;

/// <summary>Time to decode and fold a record, and the resident memory that an id of an open window takes with all that is kept besides.</summary>
public readonly record struct GrowMeasurement(double Nanoseconds, double BytesPerId)
{
    // Enough for the compiler to be done with the fold.
    private const long WarmUpRecords = 1_000_000;

    /// <summary>
    /// Folds until tables have their size, then measures: the best tenth stands for all, because other work on the machine only ever adds. Time is
    /// that of the clock, for lanes are to be seen; memory is what the process has grown by, so it measures one case only.
    /// </summary>
    public static GrowMeasurement Of(GrowCase of, long records)
    {
        using RecordBatchPool pool = RecordBatchPool.For(of.Lanes);
        // So many batches are folded one after the other, as where the source is faster than the fold: as many as the service has in flight.
        List<RecordBatch> batches = [];
        while (pool.TryRent(TimeSpan.Zero) is { } batch)
        {
            batches.Add(batch);
        }
        // What the program itself takes, compiled code and memory of batches, comes before.
        Fold(of with { Users = 1_000, IdsPerWindow = 1_000, Window = TimeSpan.FromMinutes(1), TimeoutWindows = 1 }, WarmUpRecords, batches);
        long before = Resident();
        (WindowAggregator aggregator, GrowTraffic traffic, List<double> times) = Fold(of, records, batches);
        double bytes = Resident() - before;
        double openWindows = Math.Min(traffic.ElapsedMs / of.Window.TotalMilliseconds, (traffic.ElapsedMs / of.Window.TotalMilliseconds % 1) + of.TimeoutWindows + 1);
        GC.KeepAlive(aggregator);
        times.RemoveRange(0, times.Count / 2);
        times.Sort();
        return new(times.Take(Math.Max(1, times.Count / 10)).Average(), bytes / (openWindows * of.IdsPerWindow));
    }

    private static (WindowAggregator Aggregator, GrowTraffic Traffic, List<double> Times) Fold(GrowCase of, long records, List<RecordBatch> batches)
    {
        GrowTraffic traffic = new(of);
        WindowAggregator aggregator = new(of.Settings, new(), new());
        List<double> times = [];
        // Two windows and a half make one that is sized by a complete one before it; two records an id.
        long wanted = Math.Max(records, 5 * of.IdsPerWindow);
        long folded = 0;
        while (folded < wanted)
        {
            batches.ForEach(traffic.Fill);
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
        return (aggregator, traffic, times);
    }

    private static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}

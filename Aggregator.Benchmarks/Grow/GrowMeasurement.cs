using System.Diagnostics;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Grow;

/// <summary>Time to decode and fold a record, and what an id of an open window takes with all that is kept besides.</summary>
public readonly record struct GrowMeasurement(double Nanoseconds, double BytesPerId)
{
    /// <summary>
    /// Folds until tables have their size, then measures: the best tenth of the batches stands for all, because other work on the machine only ever adds. Time is
    /// that of the clock, for lanes are to be seen.
    /// </summary>
    public static GrowMeasurement Of(GrowCase of, long records)
    {
        GrowTraffic traffic = new(of);
        RecordBatch batch = new();
        AggregationSettings settings = new()
        {
            Window = of.Window,
            AckTimeout = of.TimeoutWindows * of.Window,
            Groups = of.Groups == 1 ? [] : [["group"]],
            Join = of.Lanes == 1 ? DeliveryJoinScope.All : DeliveryJoinScope.Partition,
            Lanes = of.Lanes,
        };
        long before = GC.GetTotalMemory(forceFullCollection: true);
        WindowAggregator aggregator = new(settings, new(), new());
        List<double> batches = [];
        // Two windows and a half make one that is sized by a complete one before it; two records an id.
        long wanted = Math.Max(records, 5 * of.IdsPerWindow);
        long folded = 0;
        while (folded < wanted)
        {
            traffic.Fill(batch);
            long started = Stopwatch.GetTimestamp();
            aggregator.Fold(batch);
            batches.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / batch.Count);
            folded += batch.Count;
            aggregator.Advance(aggregator.Progress.Min(partition => partition.WatermarkMs));
        }
        double bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        double openWindows = Math.Min(traffic.ElapsedMs / of.Window.TotalMilliseconds, (traffic.ElapsedMs / of.Window.TotalMilliseconds % 1) + of.TimeoutWindows + 1);
        GC.KeepAlive(aggregator);
        batches.RemoveRange(0, batches.Count / 2);
        batches.Sort();
        return new(batches.Take(Math.Max(1, batches.Count / 10)).Average(), bytes / (openWindows * of.IdsPerWindow));
    }
}

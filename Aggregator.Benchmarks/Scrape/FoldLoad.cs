using System.Diagnostics;
using Aggregator.Benchmarks.Input;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Scrape;

/// <summary>Decode and fold from memory, without an end.</summary>
internal sealed class FoldLoad
{
    private readonly RecordBatch[] _batches = SampleTraffic.Batches(500_000);
    private readonly WindowAggregator _aggregator = new(new(), new(), new());

    /// <returns>Nanoseconds a record, by the clock and on average: pauses count, moving the records in time does not.</returns>
    public double Measure(TimeSpan time)
    {
        using CancellationTokenSource stop = new(time);
        return Measure(stop.Token);
    }

    public double Measure(CancellationToken stop)
    {
        long lengthMs = _batches[^1].Timestamps[^1] - SampleTraffic.StartMs;
        double nanoseconds = 0;
        long records = 0;
        while (!stop.IsCancellationRequested)
        {
            foreach (RecordBatch batch in _batches)
            {
                long started = Stopwatch.GetTimestamp();
                _aggregator.Fold(batch);
                _aggregator.Advance(_aggregator.Progress.Min(partition => partition.WatermarkMs));
                nanoseconds += Stopwatch.GetElapsedTime(started).TotalNanoseconds;
                records += batch.Count;
            }
            SampleTraffic.Delay(_batches, lengthMs);
        }
        return nanoseconds / records;
    }
}

using Aggregator.Benchmarks.Grow;
using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Compare;

/// <summary>Decode and fold of traffic as <c>grow</c> has it, once tables have the size that they need.</summary>
internal sealed class GrowStep
{
    private readonly RecordBatch[] _batches;
    private readonly GrowTraffic _traffic;
    private readonly WindowAggregator _aggregator;

    /// <param name="of">What the traffic is like.</param>
    /// <param name="records">How many records a run is; one batch at least.</param>
    public GrowStep(GrowCase of, int records)
    {
        _traffic = new(of);
        using RecordBatchPool pool = RecordBatchPool.For(of.Lanes);
        RecordBatch first = pool.TryRent(TimeSpan.Zero)!;
        _batches = [first, .. Enumerable.Range(1, Math.Max(1, records / first.Capacity) - 1).Select(_ => new RecordBatch(first.Capacity, pool.BytesPerBatch))];
        _aggregator = new(of.Settings, new(), new());
        double enoughMs = (of.TimeoutWindows + 2.5) * of.Window.TotalMilliseconds;
        while (_traffic.ElapsedMs < enoughMs)
        {
            Fill();
            Fold();
        }
    }

    public (QuickRun Run, int Operations) Run() => (new(Fold, Fill), _batches.Length * _batches[0].Capacity);

    private void Fill() => Array.ForEach(_batches, _traffic.Fill);

    private void Fold()
    {
        foreach (RecordBatch batch in _batches)
        {
            _aggregator.Fold(batch);
            _aggregator.Advance(_aggregator.Progress.Min(partition => partition.WatermarkMs));
        }
    }
}

using Aggregator.Benchmarks.Grow;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Shapes;

/// <summary>Decodes some ten thousand records of both topics, again and again the same.</summary>
internal sealed class DecodeStep
{
    private readonly RecordBatch[] _batches = [.. Enumerable.Range(0, 8).Select(_ => new RecordBatch())];
    private readonly RecordDecoder _decoder = new(new FieldNames(), [], TimeSpan.FromMinutes(5));
    private readonly DecodedRecord _record = new(0);

    /// <param name="of">What the records are like.</param>
    public DecodeStep(GrowCase of) => Array.ForEach(_batches, new GrowTraffic(of).Fill);

    public int Records => _batches.Sum(batch => batch.Count);

    public double BytesPerRecord => (double)_batches.Sum(batch => batch.DataLength) / Records;

    /// <summary>Records that needed the general reader so far.</summary>
    public long Fallbacks => _decoder.Fallbacks;

    public void Decode()
    {
        foreach (RecordBatch batch in _batches)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                _decoder.Forget();
                if (_decoder.Decode(batch, i, _record) is var reason && reason != RejectReason.None)
                {
                    throw new InvalidOperationException($"record {i} was rejected: {reason}");
                }
            }
        }
    }
}

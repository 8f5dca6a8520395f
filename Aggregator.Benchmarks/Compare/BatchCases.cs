using Aggregator.Benchmarks.Input;
using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Compare;

/// <summary>Batches as the source fills them.</summary>
internal static class BatchCases
{
    private const int Times = 20;

    /// <summary>The same batch again and again, or a new one each time.</summary>
    public static (QuickRun Run, int Operations) Reused(bool isThere)
    {
        RecordBatch from = SampleTraffic.Batch(RecordTopic.Latency, 4_096);
        RecordBatch into = new();
        return (new(() =>
        {
            for (int i = 0; i < Times; i++)
            {
                into.Clear();
                into = isThere ? into : new();
                Copy(from, into);
            }
        }), Times * from.Count);
    }

    private static void Copy(RecordBatch from, RecordBatch into)
    {
        for (int i = 0; i < from.Count; i++)
        {
            into.Add(from.Partitions[i], from.Offsets[i], from.Timestamps[i], from.Value(i));
        }
    }
}

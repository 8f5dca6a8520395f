using Aggregator.Benchmarks.Input;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Quick;

/// <summary>
/// A fixed amount of work on a record, to compare steps with on whatever machine this is: FNV-1a over its bytes, one dependent multiplication a byte.
/// Never to be made faster.
/// </summary>
public sealed class ReferenceLoop
{
    public const int Records = 16_384;

    private readonly RecordBatch _batch = SampleTraffic.Batch(RecordTopic.Latency, Records);

    /// <summary>How long its records are on average.</summary>
    public static int Bytes => SampleTraffic.Batch(RecordTopic.Latency, Records).DataLength / Records;

    public ulong Run()
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        for (int i = 0; i < _batch.Count; i++)
        {
            foreach (byte b in _batch.Value(i))
            {
                hash = (hash ^ b) * 0x0000_0100_0000_01B3;
            }
        }
        return hash;
    }
}

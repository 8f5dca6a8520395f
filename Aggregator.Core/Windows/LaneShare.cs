using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>
/// Which records of a batch are one lane's. A partition's lane is that of its number, so both topics' records of a message come to the same one. Each lane looks for its own, so that
/// they do even this at the same time.
/// </summary>
/// <param name="lane">The number of the lane.</param>
/// <param name="lanes">How many lanes there are.</param>
internal sealed class LaneShare(int lane, int lanes)
{
    // Lemire's remainder: two multiplications instead of a division, exact for 32 bits.
    private readonly ulong _inverse = (ulong.MaxValue / (uint)lanes) + 1;
    private int[] _indexes = [];

    // HOT: once per record and lane.
    /// <summary>The indexes of the lane's records, valid until the next call.</summary>
    public ReadOnlySpan<int> Of(RecordBatch batch)
    {
        ReadOnlySpan<PartitionId> partitions = batch.Partitions;
        if (_indexes.Length < partitions.Length)
        {
            _indexes = new int[partitions.Length];
        }
        int count = 0;
        for (int i = 0; i < partitions.Length; i++)
        {
            // No branch: whose the next record is cannot be foreseen.
            _indexes[count] = i;
            count += WideProduct.High(_inverse * (uint)partitions[i].Partition, (uint)lanes) == (uint)lane ? 1 : 0;
        }
        return _indexes.AsSpan(0, count);
    }
}

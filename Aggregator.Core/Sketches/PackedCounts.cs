using System.Buffers;

namespace Aggregator.Core.Sketches;

/// <summary>
/// Counts by bucket that do not change any more, for as long as a result is kept: for each bucket that has samples how far it is from the one before and its count, both in
/// seven bits a byte, the lowest first. Two bytes a bucket as a rule, where <see cref="BucketCounts"/> has a page of 1 KiB for 256.
/// </summary>
internal sealed class PackedCounts : IBucketCounts
{
    private const int LongestEntry = 12;

    private readonly byte[] _bytes;

    public PackedCounts(IBucketCounts counts)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(LatencyBuckets.Count * LongestEntry);
        int length = 0;
        int last = 0;
        foreach ((int bucket, long count) in counts.NotEmpty())
        {
            Put(room, ref length, (ulong)(bucket - last));
            Put(room, ref length, (ulong)count);
            last = bucket;
        }
        _bytes = room[..length];
        ArrayPool<byte>.Shared.Return(room);
    }

    public long CountUpTo(int bucket)
    {
        long sum = 0;
        int at = 0;
        int current = 0;
        while (TryNext(ref at, ref current, out long count) && current <= bucket)
        {
            sum += count;
        }
        return sum;
    }

    public int BucketAt(long rank)
    {
        long sum = 0;
        int at = 0;
        int current = 0;
        while (TryNext(ref at, ref current, out long count))
        {
            sum += count;
            if (sum >= rank)
            {
                return current;
            }
        }
        throw new InvalidOperationException($"The counts of the buckets end at {sum}, before rank {rank}.");
    }

    public IEnumerable<(int Bucket, long Count)> NotEmpty()
    {
        int at = 0;
        int current = 0;
        while (TryNext(ref at, ref current, out long count))
        {
            yield return (current, count);
        }
    }

    private bool TryNext(ref int at, ref int bucket, out long count)
    {
        count = 0;
        if (at == _bytes.Length)
        {
            return false;
        }
        bucket += (int)Get(ref at);
        count = (long)Get(ref at);
        return true;
    }

    private ulong Get(ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = _bytes[at++];
            value |= (part & 0x7FUL) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    private static void Put(byte[] room, ref int length, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            room[length++] = (byte)(value | 0x80);
        }
        room[length++] = (byte)value;
    }
}

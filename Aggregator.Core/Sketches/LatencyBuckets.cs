using System.Numerics;

namespace Aggregator.Core.Sketches;

/// <summary>
/// The buckets of latency samples, in whole milliseconds: one per millisecond below 4,096 ms, from there the buckets of Prometheus' native histograms
/// of schema 8 <em>in seconds</em>, that is (1000·2^((i−1)/256), 1000·2^(i/256)] ms, 0.27 % wide.
/// <para>
/// Seconds, because that is the unit of what is exported, and the bounds of schema 8 in milliseconds are not bounds in seconds (256·log2(1000) is no
/// whole number). A native histogram in seconds is so had without loss: the count of a bucket goes to the native bucket <see cref="NativeIndexOf"/>
/// of its upper end, that of 0 ms to the zero bucket; for schema 8 − n the index becomes ⌈index / 2ⁿ⌉.
/// </para>
/// </summary>
public static class LatencyBuckets
{
    /// <summary>The largest sample, a day in milliseconds.</summary>
    public const uint MaxSample = 86_400_000;

    /// <summary>Samples below this have a bucket each.</summary>
    public const uint ExactBelow = 4_096;

    /// <summary>How many buckets there are; their indexes run from 0 in the order of the samples.</summary>
    public const int Count = (int)ExactBelow + LastNativeIndex - FirstNativeIndex + 1;

    // ⌈256·log2(4.096)⌉ and ⌈256·log2(86,400)⌉. Below 4,096 ms lie some milliseconds of the first one; those have buckets of their own.
    private const int FirstNativeIndex = 521;
    private const int LastNativeIndex = 4_199;

    // A sample shifted left until its highest bit is bit 31 lies in one octave, [2^31, 2^32), with 257 bounds in reach:
    // 1000·2^22·2^((p − 247) / 256).
    private const int OneSecondPosition = 247;
    private const int OneSecondShift = 22;
    private const int Positions = 257;

    // The octave cut in 512 even steps: 2^22 wide, where the narrowest bucket has 1.39·2^22, so a step holds one bound at most.
    private const int StepShift = 22;
    private const int Steps = 512;

    private static readonly uint[] Bounds = MakeBounds();
    private static readonly ushort[] FirstPositions = MakeFirstPositions();

    // HOT: once per sample.
    /// <summary>The bucket of a sample.</summary>
    /// <param name="sampleMs">0 to <see cref="MaxSample"/>; not checked.</param>
    public static int IndexOf(uint sampleMs) =>
        sampleMs < ExactBelow ? (int)sampleMs : NativeIndexOf(sampleMs) + ((int)ExactBelow - FirstNativeIndex);

    /// <summary>The smallest sample of a bucket.</summary>
    public static uint LowerOf(int bucket)
    {
        CheckBucket(bucket);
        return bucket <= ExactBelow ? (uint)bucket : UpperOf(bucket - 1) + 1;
    }

    /// <summary>The largest sample of a bucket.</summary>
    public static uint UpperOf(int bucket)
    {
        CheckBucket(bucket);
        if (bucket < ExactBelow)
        {
            return (uint)bucket;
        }
        int place = bucket - (int)ExactBelow + FirstNativeIndex + OneSecondPosition;
        return Math.Min(MaxSample, Bounds[place & 255] >> (OneSecondShift - (place >> 8)));
    }

    /// <summary>The sample that stands for all of a bucket: within 0.15 % of each of them, the sample itself below 4,096 ms.</summary>
    public static uint MiddleOf(int bucket) => (LowerOf(bucket) + UpperOf(bucket)) / 2;

    /// <summary>
    /// The bucket of a native histogram of schema 8 in seconds that a sample belongs to: the smallest i with sample ≤ 1000·2^(i/256) ms.
    /// </summary>
    /// <param name="sampleMs">1 to <see cref="MaxSample"/>; not checked. A sample of 0 belongs to the zero bucket and has no index.</param>
    public static int NativeIndexOf(uint sampleMs)
    {
        int shift = BitOperations.LeadingZeroCount(sampleMs);
        uint shifted = sampleMs << shift;
        int position = FirstPositions[(shifted >> StepShift) & (Steps - 1)];
        position += shifted > Bounds[position] ? 1 : 0;
        return position - OneSecondPosition + ((OneSecondShift - shift) << 8);
    }

    // A whole number is over a bound when it is over the bound rounded down. The doubles are good for that: no bound but 1000·2^22 itself, which is
    // computed without an error, is so near to a whole number that its last bits matter (a test compares all with exact arithmetic).
    private static uint[] MakeBounds()
    {
        var bounds = new uint[Positions];
        for (int i = 0; i < Positions; i++)
        {
            double bound = Math.Pow(2, (i - OneSecondPosition) / 256.0) * (1000u << OneSecondShift);
            bounds[i] = (uint)Math.Min(uint.MaxValue, Math.Floor(bound));
        }
        return bounds;
    }

    // For each step the position of its smallest value.
    private static ushort[] MakeFirstPositions()
    {
        var positions = new ushort[Steps];
        int position = 0;
        for (uint step = 0; step < Steps; step++)
        {
            while ((1u << 31) + (step << StepShift) > Bounds[position])
            {
                position++;
            }
            positions[step] = (ushort)position;
        }
        return positions;
    }

    private static void CheckBucket(int bucket)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bucket);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bucket, Count);
    }
}

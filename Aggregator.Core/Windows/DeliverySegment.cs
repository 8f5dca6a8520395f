using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Aggregator.Core.Records;
using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>
/// Slots of a <see cref="DeliveryTable"/>: an open-addressing table of buckets of eight, which is one line of the cache, looked through by two vectors. A bucket that is full is followed
/// by the next one; nothing is ever taken out.
/// </summary>
// HOT: one or two buckets a record. Benchmark: FoldBenchmark.
internal sealed class DeliverySegment
{
    private const int BucketSlots = 8;

    private readonly uint _buckets;
    private readonly int _first;
    private readonly int _limit;
    private int _taken;

    /// <param name="slots">How many slots at least.</param>
    /// <param name="groupColumns">How many group slots are kept beside each.</param>
    /// <param name="spares">Has the memory.</param>
    public DeliverySegment(int slots, int groupColumns, SpareTables spares)
    {
        _buckets = (uint)((slots + BucketSlots - 1) / BucketSlots);
        Length = (int)_buckets * BucketSlots;
        _limit = Length - (Length / 8);
        Slots = spares.Slots.Take(Length + BucketSlots);
        _first = FirstAligned(Slots);
        Groups = groupColumns == 0 ? [] : spares.Groups.Take((Length + BucketSlots) * groupColumns);
    }

    /// <summary>How many slots there are.</summary>
    public int Length { get; }

    /// <summary>The slots that ids are in, and those at either end that are never taken.</summary>
    public ReadOnlySpan<ulong> All => Slots.AsSpan(0, Length + BucketSlots);

    /// <summary>The group slots of each slot.</summary>
    public int[] Groups { get; }

    public bool IsFull => _taken >= _limit;

    private ulong[] Slots { get; }

    /// <summary>Gives the memory back. Nothing else may follow.</summary>
    public void Release(SpareTables spares)
    {
        spares.Slots.Return(Slots);
        if (Groups.Length > 0)
        {
            spares.Groups.Return(Groups);
        }
    }

    /// <summary>The first slot of the bucket where probing starts: chosen by the bits of the hash that the tag lacks, scaled to a size that is no power of two.</summary>
    private int Home(ulong id, int stateBits) => _first + ((int)WideProduct.High(BitOperations.RotateRight(id, stateBits), _buckets) * BucketSlots);

    /// <summary>The id will be looked for soon.</summary>
    public void Prefetch(ulong id, int stateBits, int groupColumns)
    {
        int home = Home(id, stateBits);
        CacheHint.Soon(ref Slots[home]);
        if (groupColumns > 0)
        {
            CacheHint.Soon(ref Groups[home * groupColumns]);
        }
    }

    /// <summary>Finds an id.</summary>
    /// <param name="id">The hash of the delivery id.</param>
    /// <param name="stateBits">How many bits of a slot are not of the tag.</param>
    /// <param name="tagMask">The bits of the tag.</param>
    /// <param name="groupColumns">As for the constructor.</param>
    /// <param name="free">Where the id is not found, the slot to take for it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeliveryTable.Entry Find(ulong id, int stateBits, ulong tagMask, int groupColumns, out int free)
    {
        ref ulong slots = ref MemoryMarshal.GetArrayDataReference(Slots);
        Vector256<ulong> mask = Vector256.Create(tagMask);
        Vector256<ulong> tag = Vector256.Create(id & tagMask);
        int bucket = Home(id, stateBits);
        while (true)
        {
            Vector256<ulong> left = Vector256.LoadUnsafe(ref Unsafe.Add(ref slots, bucket));
            Vector256<ulong> right = Vector256.LoadUnsafe(ref Unsafe.Add(ref slots, bucket + 4));
            uint empty = Bits(Vector256.Equals(left, Vector256<ulong>.Zero), Vector256.Equals(right, Vector256<ulong>.Zero));
            // A tag may be 0.
            uint matches = Bits(Vector256.Equals(left & mask, tag), Vector256.Equals(right & mask, tag)) & ~empty;
            if (matches != 0)
            {
                free = 0;
                int found = bucket + BitOperations.TrailingZeroCount(matches);
                return new(ref Unsafe.Add(ref slots, found), this, found, groupColumns);
            }
            if (empty != 0)
            {
                free = bucket + BitOperations.TrailingZeroCount(empty);
                return default;
            }
            bucket = Next(bucket);
        }
    }

    /// <summary>Takes the slot that <see cref="Find"/> said is free.</summary>
    public DeliveryTable.Entry Take(int free, ulong state, int groupColumns)
    {
        _taken++;
        Slots[free] = state;
        return new(ref Slots[free], this, free, groupColumns);
    }

    private int Next(int bucket)
    {
        int next = bucket + BucketSlots;
        return next - _first == (int)_buckets * BucketSlots ? _first : next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Bits(Vector256<ulong> left, Vector256<ulong> right) => left.ExtractMostSignificantBits() | (right.ExtractMostSignificantBits() << 4);

    private static unsafe int FirstAligned(ulong[] pinned)
    {
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        return (int)((0 - address) % (BucketSlots * sizeof(ulong)) / sizeof(ulong));
    }
}

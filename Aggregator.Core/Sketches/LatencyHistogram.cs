using System.Diagnostics.CodeAnalysis;

namespace Aggregator.Core.Sketches;

/// <summary>
/// Latency samples in whole milliseconds, counted in the buckets of <see cref="LatencyBuckets"/>: exact below 4,096 ms, within 0.2 % above.
/// Its answers depend on the samples alone, not on the order in which they were added or merged. Up to 256 samples are kept as they are, since most
/// groups are small; then counts take over, in pages of 256 buckets (1 KiB) that exist where there are samples: 12 KiB for 6,000 lognormal samples of
/// median 90 ms. One writer; any number of readers once nothing is written any more, as of what <see cref="ToFinal"/> gives.
/// </summary>
public sealed class LatencyHistogram
{
    private const int FirstListSize = 8;
    private const int ListLimit = 256;

    private uint[] _list = [];
    private BucketCounts? _counts;
    private BucketCounts? _spareCounts;
    private PackedCounts? _packed;
    private long _count;
    private long _sum;
    private uint _max;

    /// <summary>How many samples there are.</summary>
    public long Count => _count;

    /// <summary>The sum of the samples in milliseconds, exact; room for 10¹¹ samples of a day each.</summary>
    public long Sum => _sum;

    /// <summary>The largest sample, exact.</summary>
    /// <exception cref="InvalidOperationException">There is no sample.</exception>
    public uint Max => _count > 0 ? _max : throw Empty();

    /// <summary>The mean in milliseconds: the exact sum, divided.</summary>
    /// <exception cref="InvalidOperationException">There is no sample.</exception>
    public double Mean => _count > 0 ? (double)_sum / _count : throw Empty();

    // HOT: once per received fact and group. No allocation but for lists and pages that a window did not have yet.
    /// <summary>Adds one sample.</summary>
    /// <param name="sampleMs">0 to <see cref="LatencyBuckets.MaxSample"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sample is larger.</exception>
    public void Add(uint sampleMs)
    {
        if (sampleMs > LatencyBuckets.MaxSample)
        {
            ThrowTooLarge(sampleMs);
        }
        if (_counts is { } counts)
        {
            counts.Add(LatencyBuckets.IndexOf(sampleMs));
        }
        else
        {
            AddToList(sampleMs);
        }
        _count++;
        _sum += sampleMs;
        _max = Math.Max(_max, sampleMs);
    }

    /// <summary>The sample will be added soon.</summary>
    public void Prefetch(uint sampleMs)
    {
        if (_counts is { } counts && sampleMs < LatencyBuckets.ExactBelow)
        {
            counts.Prefetch((int)sampleMs);
        }
    }

    /// <summary>Takes all samples out. The memory stays that was needed for them.</summary>
    public void Clear()
    {
        _spareCounts = _counts ?? _spareCounts;
        _spareCounts?.Clear();
        _counts = null;
        _packed = null;
        _count = 0;
        _sum = 0;
        _max = 0;
    }

    /// <summary>A copy for as long as a result is kept, to which nothing can be added: some two bytes for each bucket that has samples.</summary>
    public LatencyHistogram ToFinal() => new()
    {
        _list = _counts is null && _packed is null ? _list[..(int)_count] : [],
        _packed = _counts is null ? _packed : new(_counts),
        _count = _count,
        _sum = _sum,
        _max = _max,
    };

    /// <summary>Adds all samples of another histogram, which stays as it is.</summary>
    public void Merge(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._packed is not null)
        {
            (_counts ?? TurnToCounts()).Merge(other._packed);
        }
        else if (other._counts is not null)
        {
            (_counts ?? TurnToCounts()).Merge(other._counts);
        }
        else
        {
            // Both are taken here, since the other histogram may be this one.
            uint[] list = other._list;
            int samples = (int)other._count;
            for (int i = 0; i < samples; i++)
            {
                Add(list[i]);
            }
            return;
        }
        _count += other._count;
        _sum += other._sum;
        _max = Math.Max(_max, other._max);
    }

    /// <summary>
    /// The nearest-rank percentile in milliseconds: the smallest sample v with at least ⌈q·<see cref="Count"/>⌉ samples ≤ v, of rank 1 at least.
    /// Exact up to 256 samples, below 4,096 ms, and for the largest rank; otherwise within 0.2 % and never above <see cref="Max"/>.
    /// </summary>
    /// <param name="q">0 to 1, taken as the decimal number that it was written as (15 digits): 0.07 of 100 samples is the 7th, not the 8th.</param>
    /// <exception cref="ArgumentOutOfRangeException">q is not in this range.</exception>
    /// <exception cref="InvalidOperationException">There is no sample.</exception>
    public long Percentile(double q)
    {
        if (!(q is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(q), q, "A percentile's q is 0 to 1.");
        }
        if (_count == 0)
        {
            throw Empty();
        }
        // In doubles 0.07 · 100 is a little over 7, which would give rank 8; the conversion to decimal rounds that away.
        // The product is exact as long as the digits of q and of the count are 28 in sum at most.
        long rank = Math.Max(1, (long)decimal.Ceiling((decimal)q * _count));
        if (rank == _count)
        {
            return _max;
        }
        return Counts is { } counts ? Math.Min(_max, LatencyBuckets.MiddleOf(counts.BucketAt(rank))) : SampleAt((int)rank);
    }

    /// <summary>
    /// How many samples are at most <paramref name="ms"/>. Exact up to 256 samples, for bounds below 4,096 and for 1000·2ⁿ; otherwise the bucket in
    /// which the bound lies counts whole or not at all, by its middle, so that samples within 0.2 % of the bound may be on the wrong side. Never
    /// decreases with the bound.
    /// </summary>
    public long CountAtMost(uint ms)
    {
        if (ms >= _max)
        {
            return _count;
        }
        if (Counts is not { } counts)
        {
            int count = 0;
            foreach (uint sample in _list.AsSpan(0, (int)_count))
            {
                count += sample <= ms ? 1 : 0;
            }
            return count;
        }
        int bucket = LatencyBuckets.IndexOf(ms);
        return counts.CountUpTo(LatencyBuckets.MiddleOf(bucket) <= ms ? bucket : bucket - 1);
    }

    /// <summary>The buckets that have samples, in ascending order, both ends included.</summary>
    public IEnumerable<(uint LowerMs, uint UpperMs, long Count)> Buckets() =>
        (Counts ?? CountList(new())).NotEmpty().Select(of => (LatencyBuckets.LowerOf(of.Bucket), LatencyBuckets.UpperOf(of.Bucket), of.Count));

    private IBucketCounts? Counts => _packed is not null ? _packed : _counts;

    private void AddToList(uint sampleMs)
    {
        ThrowIfFinal();
        int position = (int)_count;
        if (position == ListLimit)
        {
            TurnToCounts().Add(LatencyBuckets.IndexOf(sampleMs));
            return;
        }
        if (position == _list.Length)
        {
            Array.Resize(ref _list, Math.Max(FirstListSize, 2 * position));
        }
        _list[position] = sampleMs;
    }

    private BucketCounts TurnToCounts()
    {
        ThrowIfFinal();
        _counts = CountList(_spareCounts ?? new());
        _spareCounts = null;
        return _counts;
    }

    private BucketCounts CountList(BucketCounts counts)
    {
        foreach (uint sample in _list.AsSpan(0, (int)_count))
        {
            counts.Add(LatencyBuckets.IndexOf(sample));
        }
        return counts;
    }

    // A copy is sorted: readers may be several.
    private uint SampleAt(int rank)
    {
        Span<uint> sorted = stackalloc uint[(int)_count];
        _list.AsSpan(0, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        return sorted[rank - 1];
    }

    private void ThrowIfFinal()
    {
        if (_packed is not null)
        {
            throw new InvalidOperationException("The histogram is a final one.");
        }
    }

    private static InvalidOperationException Empty() => new("The histogram has no sample.");

    [DoesNotReturn]
    private static void ThrowTooLarge(uint sampleMs) =>
        throw new ArgumentOutOfRangeException(nameof(sampleMs), sampleMs, $"A sample is 0 to {LatencyBuckets.MaxSample} ms.");
}

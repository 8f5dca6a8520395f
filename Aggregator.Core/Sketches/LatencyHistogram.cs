using System.Diagnostics.CodeAnalysis;

namespace Aggregator.Core.Sketches;

/// <summary>
/// Latency samples in whole milliseconds, counted in the buckets of <see cref="LatencyBuckets"/>: exact below 4,096 ms, within 0.2 % above.
/// Its answers depend on the samples alone, not on the order in which they were added or merged. Up to 256 samples are kept as they are, since most groups
/// are small; then counts take over, in pages of 256 buckets that exist where there are samples: 1 KiB each, four or five of them for a usual group.
/// One writer; any number of readers once nothing is written any more.
/// </summary>
public sealed class LatencyHistogram
{
    private const int FirstListSize = 8;
    private const int ListLimit = 256;
    private const int PageShift = 8;
    private const int PageSize = 1 << PageShift;
    private const int Pages = (LatencyBuckets.Count + PageSize - 1) >> PageShift;

    private uint[] _list = [];
    private uint[]?[]? _pages;

    // Counts are of 32 bits, for half the memory and cache; an hour's window at millions of records a second can bring more than 2^32 equal samples,
    // so how often a count has gone round is kept here, for all buckets at once: hardly ever needed, and then by the largest group.
    private int[]? _rounds;

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
        if (_pages is { } pages)
        {
            AddToPages(pages, sampleMs);
        }
        else
        {
            AddToList(sampleMs);
        }
        _count++;
        _sum += sampleMs;
        _max = Math.Max(_max, sampleMs);
    }

    /// <summary>Adds all samples of another histogram, which stays as it is.</summary>
    public void Merge(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._pages is null)
        {
            uint[] list = other._list;
            int samples = (int)other._count;
            for (int i = 0; i < samples; i++)
            {
                Add(list[i]);
            }
            return;
        }
        uint[]?[] pages = _pages ?? TurnToPages();
        if (other._rounds is { } rounds)
        {
            // Before the pages, which may bring new rounds: the other histogram may be this one.
            _rounds ??= new int[LatencyBuckets.Count];
            for (int i = 0; i < rounds.Length; i++)
            {
                _rounds[i] += rounds[i];
            }
        }
        for (int i = 0; i < Pages; i++)
        {
            if (other._pages[i] is { } page)
            {
                MergePage(pages[i] ??= new uint[PageSize], page, i << PageShift);
            }
        }
        _count += other._count;
        _sum += other._sum;
        _max = Math.Max(_max, other._max);
    }

    /// <summary>
    /// The nearest-rank percentile in milliseconds: the smallest sample v with at least ⌈q·<see cref="Count"/>⌉ samples ≤ v, of rank 1 at least. Exact up to
    /// 256 samples, below 4,096 ms, and for the largest rank; otherwise within 0.2 % and never above <see cref="Max"/>.
    /// </summary>
    /// <param name="q">0 to 1, taken as the decimal number that it was written as (15 digits): 0.95 of 20 samples is the 19th, not the 20th.</param>
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
        // The double next to 0.95 is a little over it, and times 20 could give rank 20; the conversion to decimal rounds that away.
        // The product is exact as long as the digits of q and of the count are 28 in sum at most.
        long rank = Math.Max(1, (long)decimal.Ceiling((decimal)q * _count));
        if (rank == _count)
        {
            return _max;
        }
        return _pages is null ? SampleAt((int)rank) : Math.Min(_max, LatencyBuckets.MiddleOf(BucketAt(rank)));
    }

    /// <summary>
    /// How many samples are at most <paramref name="ms"/>. Exact up to 256 samples, for bounds below 4,096 and for 1000·2ⁿ; otherwise the bucket in which the
    /// bound lies counts whole or not at all, by its middle, so that samples within 0.2 % of the bound may be on the wrong side. Never decreases with the bound.
    /// </summary>
    public long CountAtMost(uint ms)
    {
        if (ms >= _max)
        {
            return _count;
        }
        long count = 0;
        if (_pages is null)
        {
            foreach (uint sample in _list.AsSpan(0, (int)_count))
            {
                count += sample <= ms ? 1 : 0;
            }
            return count;
        }
        int last = LatencyBuckets.IndexOf(ms);
        if (LatencyBuckets.MiddleOf(last) > ms)
        {
            last--;
        }
        for (int i = 0; i <= last >> PageShift; i++)
        {
            if (_pages[i] is null)
            {
                continue;
            }
            int end = Math.Min(last + 1, (i + 1) << PageShift);
            for (int bucket = i << PageShift; bucket < end; bucket++)
            {
                count += CountOf(bucket);
            }
        }
        return count;
    }

    /// <summary>The buckets that have samples, in ascending order, both ends included.</summary>
    public IEnumerable<(uint LowerMs, uint UpperMs, long Count)> Buckets()
    {
        uint[]?[] pages = _pages ?? CopyToPages();
        for (int i = 0; i < Pages; i++)
        {
            if (pages[i] is not { } page)
            {
                continue;
            }
            for (int j = 0; j < PageSize; j++)
            {
                int bucket = (i << PageShift) + j;
                long count = page[j] + RoundsOf(bucket);
                if (count > 0)
                {
                    yield return (LatencyBuckets.LowerOf(bucket), LatencyBuckets.UpperOf(bucket), count);
                }
            }
        }
    }

    private void AddToPages(uint[]?[] pages, uint sampleMs)
    {
        int bucket = LatencyBuckets.IndexOf(sampleMs);
        uint[] page = pages[bucket >> PageShift] ?? NewPage(pages, bucket >> PageShift);
        if (++page[bucket & (PageSize - 1)] == 0)
        {
            AddRound(bucket);
        }
    }

    private void AddToList(uint sampleMs)
    {
        int position = (int)_count;
        if (position == ListLimit)
        {
            AddToPages(TurnToPages(), sampleMs);
            return;
        }
        if (position == _list.Length)
        {
            Array.Resize(ref _list, Math.Max(FirstListSize, 2 * position));
        }
        _list[position] = sampleMs;
    }

    private uint[]?[] TurnToPages()
    {
        _pages = CopyToPages();
        _list = [];
        return _pages;
    }

    private uint[]?[] CopyToPages()
    {
        var pages = new uint[]?[Pages];
        foreach (uint sample in _list.AsSpan(0, (int)_count))
        {
            AddToPages(pages, sample);
        }
        return pages;
    }

    private void MergePage(uint[] into, uint[] page, int firstBucket)
    {
        for (int i = 0; i < PageSize; i++)
        {
            uint added = page[i];
            into[i] += added;
            if (into[i] < added)
            {
                AddRound(firstBucket + i);
            }
        }
    }

    private void AddRound(int bucket)
    {
        _rounds ??= new int[LatencyBuckets.Count];
        _rounds[bucket]++;
    }

    private long RoundsOf(int bucket) => _rounds is null ? 0 : (long)_rounds[bucket] << 32;

    private long CountOf(int bucket) => (_pages![bucket >> PageShift]?[bucket & (PageSize - 1)] ?? 0) + RoundsOf(bucket);

    // A copy is sorted: readers may be several.
    private uint SampleAt(int rank)
    {
        Span<uint> sorted = stackalloc uint[(int)_count];
        _list.AsSpan(0, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        return sorted[rank - 1];
    }

    private int BucketAt(long rank)
    {
        long count = 0;
        for (int i = 0; i < Pages; i++)
        {
            if (_pages![i] is null)
            {
                continue;
            }
            for (int bucket = i << PageShift; bucket < (i + 1) << PageShift && bucket < LatencyBuckets.Count; bucket++)
            {
                count += CountOf(bucket);
                if (count >= rank)
                {
                    return bucket;
                }
            }
        }
        throw new InvalidOperationException($"The counts of the buckets end at {count}, before rank {rank} of {_count}.");
    }

    private static uint[] NewPage(uint[]?[] pages, int page) => pages[page] = new uint[PageSize];

    private static InvalidOperationException Empty() => new("The histogram has no sample.");

    [DoesNotReturn]
    private static void ThrowTooLarge(uint sampleMs) =>
        throw new ArgumentOutOfRangeException(nameof(sampleMs), sampleMs, $"A sample is 0 to {LatencyBuckets.MaxSample} ms.");
}

namespace Aggregator.Core.Sketches;

/// <summary>
/// A count for each bucket of <see cref="LatencyBuckets"/>, in pages of 256 that exist where something was counted.
/// <para>
/// Counts are of 32 bits, for half the memory and cache of 64. An hour's window at millions of records a second can bring more than 2^32 equal
/// samples, so how often a count has gone round is kept besides, for all buckets at once: hardly ever needed, and then by the largest group only.
/// </para>
/// </summary>
internal sealed class BucketCounts : IBucketCounts
{
    private const int PageShift = 8;
    private const int PageSize = 1 << PageShift;
    private const int Pages = (LatencyBuckets.Count + PageSize - 1) >> PageShift;

    private readonly uint[]?[] _pages = new uint[]?[Pages];

    // All zero.
    private readonly List<uint[]> _spares = [];
    private int[]? _rounds;

    // HOT: once per sample.
    public void Add(int bucket)
    {
        uint[] page = _pages[bucket >> PageShift] ?? NewPage(bucket >> PageShift);
        if (++page[bucket & (PageSize - 1)] == 0)
        {
            AddRounds(bucket, 1);
        }
    }

    /// <summary>Takes all counts out. The pages stay, twice as many as were needed at most: the last ones are needed now and then.</summary>
    public void Clear()
    {
        _rounds = null;
        int needed = _pages.Count(page => page is not null);
        if (_spares.Count > needed)
        {
            _spares.RemoveRange(needed, _spares.Count - needed);
        }
        for (int i = 0; i < Pages; i++)
        {
            if (_pages[i] is { } page)
            {
                Array.Clear(page);
                _spares.Add(page);
                _pages[i] = null;
            }
        }
    }

    public void Prefetch(int bucket)
    {
        if (_pages[bucket >> PageShift] is { } page)
        {
            CacheHint.Soon(ref page[bucket & (PageSize - 1)]);
        }
    }

    /// <summary>Adds counts that are packed.</summary>
    public void Merge(PackedCounts other)
    {
        foreach ((int bucket, long count) in other.NotEmpty())
        {
            uint[] page = _pages[bucket >> PageShift] ?? NewPage(bucket >> PageShift);
            long sum = page[bucket & (PageSize - 1)] + count;
            page[bucket & (PageSize - 1)] = (uint)sum;
            AddRounds(bucket, (int)(sum >> 32));
        }
    }

    public void Merge(BucketCounts other)
    {
        // Before the pages, which may bring new rounds: the other may be this one.
        if (other._rounds is { } rounds)
        {
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
                MergePage(_pages[i] ?? NewPage(i), page, i << PageShift);
            }
        }
    }

    public long CountUpTo(int bucket)
    {
        long count = 0;
        for (int i = 0; i <= bucket >> PageShift; i++)
        {
            if (_pages[i] is null)
            {
                continue;
            }
            int end = Math.Min(bucket + 1, (i + 1) << PageShift);
            for (int j = i << PageShift; j < end; j++)
            {
                count += CountOf(j);
            }
        }
        return count;
    }

    public int BucketAt(long rank)
    {
        long count = 0;
        for (int i = 0; i < Pages; i++)
        {
            if (_pages[i] is null)
            {
                continue;
            }
            for (int bucket = i << PageShift; bucket < (i + 1) << PageShift; bucket++)
            {
                count += CountOf(bucket);
                if (count >= rank)
                {
                    return bucket;
                }
            }
        }
        throw new InvalidOperationException($"The counts of the buckets end at {count}, before rank {rank}.");
    }

    public IEnumerable<(int Bucket, long Count)> NotEmpty()
    {
        for (int i = 0; i < Pages; i++)
        {
            if (_pages[i] is null)
            {
                continue;
            }
            for (int bucket = i << PageShift; bucket < (i + 1) << PageShift; bucket++)
            {
                long count = CountOf(bucket);
                if (count > 0)
                {
                    yield return (bucket, count);
                }
            }
        }
    }

    // The last page is longer than the buckets are; its end is never counted in, and has no rounds.
    private long CountOf(int bucket)
    {
        long count = _pages[bucket >> PageShift]![bucket & (PageSize - 1)];
        return _rounds is null || bucket >= LatencyBuckets.Count ? count : count + ((long)_rounds[bucket] << 32);
    }

    private void MergePage(uint[] into, uint[] page, int firstBucket)
    {
        for (int i = 0; i < PageSize; i++)
        {
            uint added = page[i];
            into[i] += added;
            if (into[i] < added)
            {
                AddRounds(firstBucket + i, 1);
            }
        }
    }

    private void AddRounds(int bucket, int rounds)
    {
        if (rounds > 0)
        {
            _rounds ??= new int[LatencyBuckets.Count];
            _rounds[bucket] += rounds;
        }
    }

    private uint[] NewPage(int page)
    {
        uint[] counts;
        if (_spares.Count > 0)
        {
            counts = _spares[^1];
            _spares.RemoveAt(_spares.Count - 1);
        }
        else
        {
            counts = new uint[PageSize];
        }
        return _pages[page] = counts;
    }
}

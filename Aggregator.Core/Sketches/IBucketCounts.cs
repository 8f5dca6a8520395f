namespace Aggregator.Core.Sketches;

/// <summary>Counts by bucket of <see cref="LatencyBuckets"/>, to read.</summary>
internal interface IBucketCounts
{
    /// <summary>The sum of the counts of a bucket and all below it.</summary>
    long CountUpTo(int bucket);

    /// <summary>The bucket of the sample of a rank: 1 for the smallest.</summary>
    int BucketAt(long rank);

    /// <summary>The buckets whose count is not 0, in ascending order.</summary>
    IEnumerable<(int Bucket, long Count)> NotEmpty();
}

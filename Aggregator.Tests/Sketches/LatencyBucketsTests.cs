using System.Numerics;
using Aggregator.Core.Sketches;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class LatencyBucketsTests
{
    // v ≤ 1000·2^(i/256) is v^256 ≤ 1000^256·2^i, which whole numbers decide without an error.
    private static readonly BigInteger OneSecond = BigInteger.Pow(1000, 256);

    [Fact]
    public void Buckets_follow_each_other_without_gap_or_overlap_from_0_to_a_day()
    {
        Assert.Equal(0u, LatencyBuckets.LowerOf(0));
        for (int bucket = 0; bucket < LatencyBuckets.Count; bucket++)
        {
            uint lower = LatencyBuckets.LowerOf(bucket);
            uint upper = LatencyBuckets.UpperOf(bucket);
            Assert.True(lower <= upper, $"bucket {bucket}: {lower} to {upper}");
            Assert.Equal(bucket, LatencyBuckets.IndexOf(lower));
            Assert.Equal(bucket, LatencyBuckets.IndexOf(upper));
            if (bucket > 0)
            {
                Assert.Equal(LatencyBuckets.UpperOf(bucket - 1) + 1, lower);
            }
        }
        Assert.Equal(LatencyBuckets.MaxSample, LatencyBuckets.UpperOf(LatencyBuckets.Count - 1));
    }

    [Fact]
    public void The_bucket_never_falls_while_the_sample_grows()
    {
        int last = 0;
        for (uint sample = 0; sample <= LatencyBuckets.MaxSample; sample += 5)
        {
            int bucket = LatencyBuckets.IndexOf(sample);
            if (bucket < last || sample > LatencyBuckets.UpperOf(bucket))
            {
                Assert.Fail($"{sample} is in bucket {bucket}, a smaller sample in {last}");
            }
            last = bucket;
        }
    }

    [Fact]
    public void Every_millisecond_below_4096_has_a_bucket_of_its_own()
    {
        for (uint sample = 0; sample < 4_096; sample++)
        {
            int bucket = LatencyBuckets.IndexOf(sample);
            Assert.Equal(sample, LatencyBuckets.LowerOf(bucket));
            Assert.Equal(sample, LatencyBuckets.UpperOf(bucket));
            Assert.Equal(sample, LatencyBuckets.MiddleOf(bucket));
        }
    }

    [Fact]
    public void The_middle_is_within_15_hundredths_of_a_percent_of_every_sample_of_its_bucket()
    {
        for (int bucket = 0; bucket < LatencyBuckets.Count; bucket++)
        {
            double lower = LatencyBuckets.LowerOf(bucket);
            double upper = LatencyBuckets.UpperOf(bucket);
            double middle = LatencyBuckets.MiddleOf(bucket);
            Assert.InRange(middle, lower, upper);
            Assert.True(middle - lower <= 0.0015 * lower, $"bucket {bucket}: {middle} for {lower}");
            Assert.True(upper - middle <= 0.0015 * upper, $"bucket {bucket}: {middle} for {upper}");
        }
    }

    [Fact]
    public void Bounds_above_4096_are_exactly_those_of_schema_8_in_seconds()
    {
        for (int bucket = 4_096; bucket < LatencyBuckets.Count - 1; bucket++)
        {
            uint upper = LatencyBuckets.UpperOf(bucket);
            int native = LatencyBuckets.NativeIndexOf(upper);
            Assert.Equal(bucket - 4_096 + 521, native);
            Assert.True(IsAtMostTheBound(upper, native), $"{upper} is over the bound {native}");
            Assert.False(IsAtMostTheBound(upper + 1, native), $"{upper + 1} is not over the bound {native}");
        }
    }

    [Fact]
    public void Milliseconds_below_4096_fold_exactly_into_schema_8_in_seconds()
    {
        for (uint sample = 1; sample < 4_096; sample++)
        {
            int native = LatencyBuckets.NativeIndexOf(sample);
            Assert.True(IsAtMostTheBound(sample, native), $"{sample} is over the bound {native}");
            Assert.False(IsAtMostTheBound(sample, native - 1), $"{sample} is not over the bound {native - 1}");
        }
    }

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(1_001, 1)]
    [InlineData(2_000, 256)]
    [InlineData(500, -256)]
    [InlineData(250, -512)]
    [InlineData(64_000, 1_536)]
    [InlineData(64_001, 1_537)]
    [InlineData(1, -2_551)]
    [InlineData(86_400_000, 4_199)]
    public void Seconds_at_a_power_of_two_close_their_native_bucket(uint sample, int native) => Assert.Equal(native, LatencyBuckets.NativeIndexOf(sample));

    [Theory]
    [InlineData(-1)]
    [InlineData(LatencyBuckets.Count)]
    public void A_bucket_that_does_not_exist_is_refused(int bucket)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyBuckets.LowerOf(bucket));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyBuckets.UpperOf(bucket));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyBuckets.MiddleOf(bucket));
    }

    private static bool IsAtMostTheBound(uint sample, int native)
    {
        BigInteger power = BigInteger.Pow(sample, 256);
        return native >= 0 ? power <= OneSecond << native : power << -native <= OneSecond;
    }
}

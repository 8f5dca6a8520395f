using Aggregator.Core.Windows;
using CsCheck;
using MathNet.Numerics.Distributions;
using Xunit;

namespace Aggregator.Tests.Windows;

public sealed class JeffreysIntervalTests
{
    // Brown, Cai and DasGupta (2001), table 5: three decimals, n = 10. Its rows for 0, 1, 9 and 10 are of the modified interval, so not of ours.
    [Theory]
    [InlineData(2, 10, 0.044, 0.503)]
    [InlineData(3, 10, 0.093, 0.606)]
    [InlineData(4, 10, 0.153, 0.696)]
    [InlineData(5, 10, 0.224, 0.776)]
    [InlineData(8, 10, 0.497, 0.956)]
    public void The_bounds_are_the_published_ones(long successes, long trials, double lower, double upper)
    {
        Assert.Equal(lower, JeffreysInterval.Lower(successes, trials), 3);
        Assert.Equal(upper, JeffreysInterval.Upper(successes, trials), 3);
    }

    [Fact]
    public void One_of_one_has_the_bound_that_the_closed_form_gives()
    {
        // The distribution function of Beta(3/2, 1/2) is 2/π (arcsin √x − √(x(1−x))).
        double lower = JeffreysInterval.Lower(1, 1);

        Assert.Equal(0.025, 2 / Math.PI * (Math.Asin(Math.Sqrt(lower)) - Math.Sqrt(lower * (1 - lower))), 1e-9);
        Assert.Equal(1, JeffreysInterval.Upper(1, 1));
        Assert.Equal(0, JeffreysInterval.Lower(0, 1));
        Assert.Equal(1 - lower, JeffreysInterval.Upper(0, 1), 1e-9);
    }

    [Fact]
    public void Both_bounds_leave_out_one_in_forty_and_hold_the_ratio_between_them() =>
        Gen.Select(Gen.Double[0, 18.4], Gen.Double[0, 1]).Sample((magnitude, share) =>
        {
            // up to 10⁸ messages in a window, with few, many and all of them delivered
            long trials = (long)Math.Exp(magnitude);
            long successes = (long)Math.Round(trials * Math.Pow(share, 0.1));
            (double lower, double upper) = (JeffreysInterval.Lower(successes, trials), JeffreysInterval.Upper(successes, trials));

            Assert.InRange((double)successes / trials, lower, upper);
            AssertQuantile(0.025, lower, atEdge: successes == 0 ? 0 : null);
            AssertQuantile(0.975, upper, atEdge: successes == trials ? 1 : null);

            // A bound is found to some 10⁻¹² of its own: with 10⁷ failures and no success, where it is 10⁻⁷, that is a visible step of the distribution function.
            void AssertQuantile(double tail, double bound, double? atEdge)
            {
                if (atEdge is { } edge)
                {
                    Assert.Equal(edge, bound);
                    return;
                }
                Assert.InRange(tail, Below(bound - 1e-11) - 1e-6, Below(bound + 1e-11) + 1e-6);
            }

            double Below(double x) => Beta.CDF(successes + 0.5, trials - successes + 0.5, Math.Clamp(x, 0, 1));
        }, iter: 1_000);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 4)]
    [InlineData(5, 4)]
    public void What_cannot_be_counted_throws(long successes, long trials)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => JeffreysInterval.Lower(successes, trials));
        Assert.Throws<ArgumentOutOfRangeException>(() => JeffreysInterval.Upper(successes, trials));
    }
}

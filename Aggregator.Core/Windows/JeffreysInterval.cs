using MathNet.Numerics.Distributions;

namespace Aggregator.Core.Windows;

/// <summary>
/// The equal-tailed 95 % Jeffreys interval of a share: between which bounds the true share lies, given what was counted. Two lost messages of four say little
/// (0.12 to 0.88), two thousand of four thousand much (0.48 to 0.52). The bounds are the quantiles 0.025 and 0.975 of Beta(successes + ½, failures + ½), with 0 below
/// no success and 1 above no failure: Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 16 (2001), section 3.1.3.
/// </summary>
/// <remarks>A bound takes some 15 to 200 µs, more with larger numbers: once a window and group, not once a record (ADR 11).</remarks>
public static class JeffreysInterval
{
    private const double Tail = 0.025;

    /// <summary>The lower bound, 0 to 1.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Such numbers cannot be counted.</exception>
    public static double Lower(long successes, long trials)
    {
        Check(successes, trials);
        return successes == 0 ? 0 : Beta.InvCDF(successes + 0.5, trials - successes + 0.5, Tail);
    }

    /// <summary>The upper bound, 0 to 1.</summary>
    /// <inheritdoc cref="Lower"/>
    public static double Upper(long successes, long trials)
    {
        Check(successes, trials);
        return successes == trials ? 1 : Beta.InvCDF(successes + 0.5, trials - successes + 0.5, 1 - Tail);
    }

    private static void Check(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
    }
}

namespace Aggregator.Core.Sketches;

/// <summary>
/// How likely the registers of an <see cref="UltraLogLog"/> are, by the number of hashes.
/// <para>
/// Poisson model: with λ hashes a register on average, a value k comes up in it independently of all other values and registers, with probability
/// 1 − e^(−λ·ρ(k)), where ρ(k) = 2^−k, and 2^−50 for 51, the last. A register of largest value u shows that u came up, that no larger one did, and of
/// u − 1 and u − 2 whether they did. With b(k) the number of registers that show that k came up, and a the sum of ρ over all that is seen not to have
/// come up,
/// </para>
/// <code>ln L(λ) = −a·λ + Σ b(k)·ln(1 − e^(−λ·ρ(k)))        f(λ) = d ln L / dλ = −a + Σ b(k)·ρ(k) / (e^(λ·ρ(k)) − 1)</code>
/// <para>
/// f falls from +∞ to −a and is convex: there is one root, and Newton's method comes to it from the left without ever passing it.
/// The estimate's bias is of the order of 1/16384 of its value (0.003 %, half a percent of its standard error) and is left as it is.
/// </para>
/// </summary>
internal sealed class UltraLogLogLikelihood
{
    // From the start below, less than ten steps are needed; the limit is for the case that rounding keeps the steps from getting small.
    private const int MaxSteps = 64;
    private const double Tolerance = 1e-12;

    private readonly long[] _came = new long[UltraLogLog.MaxValue + 1];
    private double _missed;

    private UltraLogLogLikelihood()
    {
    }

    /// <param name="states">How many registers have each of the 256 states.</param>
    public static UltraLogLogLikelihood Of(ReadOnlySpan<int> states)
    {
        var likelihood = new UltraLogLogLikelihood { _missed = states[0] };
        for (int state = 1; state < states.Length; state++)
        {
            int largest = state >> 2;
            if (states[state] > 0)
            {
                likelihood._came[largest] += states[state];
                likelihood._missed += states[state] * LargerThan(largest);
                likelihood.See(largest - 1, (state & 2) != 0, states[state]);
                likelihood.See(largest - 2, (state & 1) != 0, states[state]);
            }
        }
        return likelihood;
    }

    /// <summary>The number of hashes for which the registers are most likely.</summary>
    public double MostLikelyCount()
    {
        double came = 0;
        double chances = 0;
        for (int value = 1; value <= UltraLogLog.MaxValue; value++)
        {
            came += _came[value];
            chances += _came[value] * ChanceOf(value);
        }
        if (came == 0)
        {
            return 0;
        }
        double limit = Math.ScaleB(1, 64);
        if (_missed == 0)
        {
            return limit; // every register has seen its three largest values: f has no root
        }
        // Left of the root, for x / (e^x − 1) ≥ 1 − x/2.
        double rate = came / (_missed + (chances / 2));
        for (int step = 0; step < MaxSteps; step++)
        {
            double change = NewtonStep(rate);
            rate += change;
            if (change <= rate * Tolerance)
            {
                break;
            }
        }
        return Math.Min(limit, rate * UltraLogLog.Registers);
    }

    private void See(int value, bool came, int registers)
    {
        if (value < 1)
        {
            return;
        }
        if (came)
        {
            _came[value] += registers;
        }
        else
        {
            _missed += registers * ChanceOf(value);
        }
    }

    // −f(λ) / f'(λ). b·ρ / (e^x − 1) has the derivative −b·ρ²·e^x / (e^x − 1)², that is −term²·e^x / b; above x = 700 both are 0 in a double.
    private double NewtonStep(double rate)
    {
        double f = -_missed;
        double slope = 0;
        for (int value = 1; value <= UltraLogLog.MaxValue; value++)
        {
            double x = rate * ChanceOf(value);
            if (_came[value] == 0 || x > 700)
            {
                continue;
            }
            double growth = ExpMinus1(x);
            double term = ChanceOf(value) / growth;
            f += _came[value] * term;
            slope += _came[value] * term * term * (growth + 1);
        }
        return f / slope;
    }

    private static double ChanceOf(int value) => Math.ScaleB(1, -Math.Min(value, UltraLogLog.MaxValue - 1));

    private static double LargerThan(int value) => value == UltraLogLog.MaxValue ? 0 : Math.ScaleB(1, -value);

    // Math.Exp(x) − 1 loses digits near 0. e^x − 1 = 2·sinh(x/2)·e^(x/2).
    private static double ExpMinus1(double x) => 2 * Math.Sinh(x / 2) * Math.Exp(x / 2);
}

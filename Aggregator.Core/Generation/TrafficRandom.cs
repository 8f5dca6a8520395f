using System.Numerics;

namespace Aggregator.Core.Generation;

/// <summary>
/// xoshiro256**, seeded by SplitMix64: the same seed gives the same numbers with every version of .NET, which System.Random does not promise.
/// The logarithms behind <see cref="Exponential"/> and <see cref="Normal"/> are the platform's; their last bit may differ on another one.
/// </summary>
internal sealed class TrafficRandom
{
    // SplitMix64's step: 2^64 / the golden ratio
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;
    private double _spareNormal = double.NaN;

    public TrafficRandom(ulong seed)
    {
        _s0 = Mix(seed += Golden);
        _s1 = Mix(seed += Golden);
        _s2 = Mix(seed += Golden);
        _s3 = Mix(seed + Golden);
    }

    /// <summary>SplitMix64's finalizer: a bijection that spreads every bit over all.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public ulong Bits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Bits() >> 11) * (1.0 / (1UL << 53));

    public double Uniform(double from, double to) => from + (to - from) * Uniform();

    public bool Happens(double share) => share > 0 && Uniform() < share;

    public double Exponential(double mean) => -Math.Log(1 - Uniform()) * mean;

    /// <summary>The standard normal distribution, by Marsaglia's polar method.</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            double spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }
        while (true)
        {
            double x = 2 * Uniform() - 1;
            double y = 2 * Uniform() - 1;
            double square = x * x + y * y;
            if (square is > 0 and < 1)
            {
                double factor = Math.Sqrt(-2 * Math.Log(square) / square);
                _spareNormal = y * factor;
                return x * factor;
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace Aggregator.Tests.Sketches;

/// <summary>SplitMix64: good 64-bit hashes, all distinct (a counter passed through a bijection), fast enough for tests with millions of them.</summary>
internal struct RandomHashes(ulong seed)
{
    private ulong _state = Mix(seed);

    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public static ulong[] Take(int count, ulong seed)
    {
        var hashes = new RandomHashes(seed);
        var taken = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            taken[i] = hashes.Next();
        }
        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}

namespace Aggregator.Benchmarks.Compare;

/// <summary>Hashes of ids and users, always the same ones.</summary>
internal static class RandomHashes
{
    public static ulong[] Of(int count)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
    }
}

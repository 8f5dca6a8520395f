using System.Runtime.InteropServices;
using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Sketches;

namespace Aggregator.Benchmarks.Compare;

/// <summary>What counts users and samples, beside what the framework has for it.</summary>
internal static class SketchCases
{
    private const int ManyUsers = 200_000;
    private const int Groups = 100;
    private const int ManyGroups = 1_000;

    /// <summary>A counter, or a set that holds all.</summary>
    public static (QuickRun Run, int Operations) Users(bool isThere)
    {
        ulong[] users = RandomHashes.Of(ManyUsers);
        ulong[] twice = [.. users, .. users];
        return (new(() =>
        {
            if (isThere)
            {
                DistinctCounter counter = new();
                Array.ForEach(twice, user => counter.Add(user));
            }
            else
            {
                HashSet<ulong> set = [];
                Array.ForEach(twice, user => set.Add(user));
            }
        }), twice.Length);
    }

    /// <summary>Pages of counts, or a dictionary by sample.</summary>
    public static (QuickRun Run, int Operations) Histogram(bool isThere)
    {
        uint[] samples = Samples(1_000_000);
        LatencyHistogram[] histograms = [.. Enumerable.Range(0, Groups).Select(_ => new LatencyHistogram())];
        Dictionary<uint, long>[] counts = [.. Enumerable.Range(0, Groups).Select(_ => new Dictionary<uint, long>())];
        return (new(() =>
        {
            for (int i = 0; i < samples.Length; i++)
            {
                if (isThere)
                {
                    histograms[i % Groups].Add(samples[i]);
                }
                else
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(counts[i % Groups], samples[i], out _)++;
                }
            }
        }), samples.Length);
    }

    /// <summary>Small groups: as they are, or counted from the first sample on.</summary>
    public static (QuickRun Run, int Operations) SmallGroups(bool isThere)
    {
        uint[] samples = Samples(100);
        return (new(() =>
        {
            for (int group = 0; group < ManyGroups; group++)
            {
                if (isThere)
                {
                    LatencyHistogram histogram = new();
                    Array.ForEach(samples, histogram.Add);
                }
                else
                {
                    BucketCounts counts = new();
                    Array.ForEach(samples, sample => counts.Add(LatencyBuckets.IndexOf(sample)));
                }
            }
        }), ManyGroups * samples.Length);
    }

    /// <summary>What is kept with a result: packed, or a copy of the counts.</summary>
    public static (QuickRun Run, int Operations) Results(bool isThere)
    {
        LatencyHistogram histogram = new();
        Array.ForEach(Samples(6_000), histogram.Add);
        return (new(() =>
        {
            for (int i = 0; i < ManyGroups; i++)
            {
                if (isThere)
                {
                    histogram.ToFinal();
                }
                else
                {
                    new LatencyHistogram().Merge(histogram);
                }
            }
        }), ManyGroups);
    }

    /// <summary>Of 80 to 1,200 ms, most of them short.</summary>
    private static uint[] Samples(int count)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, count).Select(_ => (uint)(20 + (60 * Math.Exp(random.NextDouble() * 3))))];
    }
}

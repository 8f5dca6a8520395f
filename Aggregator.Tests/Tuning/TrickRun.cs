using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Aggregator.Tests.Windows;

namespace Aggregator.Tests.Tuning;

/// <summary>What a <see cref="ProgramCopy"/> runs.</summary>
public static class TrickRun
{
    private const int Streams = 150;
    private const int Seed = 3;

    /// <summary>How the fold of some random streams differs from the naive one; null where it does not.</summary>
    public static string? DifferenceFromReference()
    {
        for (int seed = 1; seed <= Streams; seed++)
        {
            RandomStream stream = RandomStream.Create(seed);
            Random random = new(seed);
            FoldRun run = FoldRun.InBatches(stream.Settings, stream.Records, () => 1 + random.Next(30));
            if (FoldPropertyTests.Difference(stream.Settings, stream.Records, run) is { } difference)
            {
                return $"seed {seed}: {difference}";
            }
        }
        return null;
    }

    /// <summary>Results of some windows of generated traffic, with limits that are reached, by one thread and by two lanes.</summary>
    public static string[] Results()
    {
        AggregationSettings settings = LaneTests.Settings(Seed);
        EnvelopeRecord[] records = LaneTests.Traffic(Seed, 30_000);
        FoldRun one = FoldRun.InBatches(settings, records, () => 4_096);
        FoldRun two = FoldRun.InBatches(settings with { Join = DeliveryJoinScope.Partition, Lanes = 2 }, records, () => 4_096);
        return [.. one.Lines, one.Summary, .. two.Lines, two.Summary];
    }
}

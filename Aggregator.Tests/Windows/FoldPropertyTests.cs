using System.Text.Json.Nodes;
using Aggregator.Core.Generation;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>The fold against the naive one, whatever the batches, the interleaving of the partitions and the times of advancing.</summary>
public class FoldPropertyTests
{
    private const int Streams = 600;

    [Fact]
    public void The_fold_gives_what_the_naive_one_gives() => StreamProperty.Holds(Streams, (settings, records, _) =>
        Difference(settings, records, FoldRun.Whole(settings, records)));

    [Fact]
    public void Batches_and_windows_that_become_final_on_the_way_do_not_show() => StreamProperty.Holds(Streams, (settings, records, random) =>
    {
        int[] sizes = [1, 2, 7, 1 + random.Next(30)];
        int size = sizes[random.Next(sizes.Length)];
        return Difference(settings, records, FoldRun.InBatches(settings, records, () => size));
    });

    [Fact]
    public void The_interleaving_of_the_partitions_does_not_show() => StreamProperty.Holds(Streams, (settings, records, random) =>
        Difference(settings, records, FoldRun.InBatches(settings, Interleave(records, random), () => 1 + random.Next(9))));

    [Fact]
    public void Partition_after_partition_gives_the_same() => StreamProperty.Holds(Streams / 4, (settings, records, random) =>
        Difference(settings, records, FoldRun.InBatches(settings, [.. records.GroupBy(record => record.Partition).SelectMany(partition => partition)], () => 3)));

    [Fact]
    public void The_random_streams_reach_what_can_happen()
    {
        Dictionary<string, int> reached = [];
        for (int seed = 1; seed <= 300; seed++)
        {
            RandomStream stream = RandomStream.Create(seed);
            FoldRun run = FoldRun.Whole(stream.Settings, stream.Records);
            foreach (string part in new[] { "rejected", "late", "duplicates", "samples_left_out" })
            {
                foreach ((string name, _) in JsonNode.Parse(run.Summary)![part]!.AsObject())
                {
                    Reach($"{part} {name}");
                }
            }
            string[] lines = [.. run.Lines];
            Reach("many windows", lines.Length > 1_000);
            Reach("delivered in part", lines.Any(line => line.Contains("\"delivery_ratio\":0.", StringComparison.Ordinal)));
            Reach("delivered all", lines.Any(line => line.Contains("\"delivery_ratio\":1}", StringComparison.Ordinal)));
            Reach("error codes", lines.Any(line => line.Contains("\"E_OFFLINE\":", StringComparison.Ordinal)));
            Reach("two dimensions", lines.Any(line => line.Contains("\"region\":\"cn\",\"platform\":\"true\"", StringComparison.Ordinal)));
        }

        Assert.Equal(
            "delivered all, delivered in part, duplicates received, duplicates sent, error codes, late acked, late activity, late received, late sent, many windows, "
            + "rejected bad_field, rejected bad_timestamp, rejected empty, rejected future, rejected malformed, rejected missing_field, "
            + "samples_left_out latency_out_of_range, samples_left_out negative_latency, two dimensions",
            string.Join(", ", reached.Where(part => part.Value >= 3).Select(part => part.Key).Order(StringComparer.Ordinal)));

        void Reach(string part, bool isReached = true) => reached[part] = reached.GetValueOrDefault(part) + (isReached ? 1 : 0);
    }

    /// <summary>A random merge that keeps the order of each partition.</summary>
    internal static IReadOnlyList<EnvelopeRecord> Interleave(IReadOnlyList<EnvelopeRecord> records, Random random)
    {
        List<Queue<EnvelopeRecord>> partitions = [.. records.GroupBy(record => record.Partition).Select(partition => new Queue<EnvelopeRecord>(partition))];
        List<EnvelopeRecord> merged = [];
        while (partitions.Count > 0)
        {
            Queue<EnvelopeRecord> next = partitions[random.Next(partitions.Count)];
            for (int run = 1 + random.Next(5); run > 0 && next.Count > 0; run--)
            {
                merged.Add(next.Dequeue());
            }
            partitions.RemoveAll(partition => partition.Count == 0);
        }
        return merged;
    }

    /// <summary>How a run differs from the naive fold of the same records; null where it does not.</summary>
    internal static string? Difference(AggregationSettings settings, IReadOnlyList<EnvelopeRecord> records, FoldRun run)
    {
        ReferenceAggregator reference = new(settings);
        foreach (EnvelopeRecord record in records)
        {
            reference.Add(record.Partition, record.Offset, record.TimestampMs, record.Value);
        }
        reference.Finish();
        return reference.Lines.SequenceEqual(run.Lines) && reference.Summary == run.Summary
            ? null
            : ResultComparer.Difference(reference.Lines, run.Lines) ?? ResultComparer.Difference(reference.Summary, run.Summary);
    }
}

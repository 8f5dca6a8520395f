using System.Text.Json;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Simulation;

/// <summary>What must have been published: the naive fold over the whole logs, told when time passed over idle partitions, as far as commits ever said so.</summary>
internal sealed class SimulationOracle(AggregationSettings settings, SimulatedCluster cluster)
{
    /// <summary>What is wrong with what was published, in words; null for nothing.</summary>
    /// <param name="published">What was published.</param>
    /// <param name="counters">The counters of a life that nothing disturbed: it has counted everything once. Null where there is none.</param>
    public string? Difference(PublishedResults published, FoldCounters? counters)
    {
        ReferenceAggregator truth = Fold(withPassages: true);
        if (ResultComparer.Difference(truth.Lines, published.Lines) is { } difference)
        {
            return difference;
        }
        if (counters is null)
        {
            return null;
        }
        ReplaySummary summary = new(counters, "im-latency", "ack") { Windows = JsonDocument.Parse(truth.Summary).RootElement.GetProperty("windows").GetInt32() };
        return ResultComparer.Difference(truth.Summary, summary.ToJson().ToJsonString()) is { } wrong ? "summary: " + wrong : null;
    }

    /// <summary>When everything that is written is final, by the wall clock, ms since the epoch.</summary>
    public long EndOfAll()
    {
        // A message that is late has no duplicates, and so may have a result that it had not otherwise.
        string[] last = [.. new[] { Fold(withPassages: false).Lines, Fold(withPassages: true).Lines }.Where(lines => lines.Count > 0).Select(lines => lines[^1])];
        long lastMs = last.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("window_start").GetInt64()).DefaultIfEmpty().Max();
        return lastMs + (long)(settings.AckTimeout + settings.Lateness + settings.IdleTimeout + (3 * settings.Window)).TotalMilliseconds;
    }

    private ReferenceAggregator Fold(bool withPassages)
    {
        ReferenceAggregator reference = new(settings);
        foreach (SimulatedLog log in cluster.Logs.Values)
        {
            Queue<IdlePassage> passages = new(withPassages ? cluster.Passages[log.Partition] : []);
            foreach (EnvelopeRecord record in log.Records)
            {
                while (passages.TryPeek(out IdlePassage passage) && passage.Offset <= record.Offset)
                {
                    reference.PassOver(log.Partition, passages.Dequeue().TimeMs);
                }
                reference.Add(record.Partition, record.Offset, record.TimestampMs, record.Value);
            }
        }
        reference.Finish();
        return reference;
    }
}

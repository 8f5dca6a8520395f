using System.Text;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Aggregator.Tests.Windows;

namespace Aggregator.Tests.Simulation;

/// <summary>When the records of a random stream are written to their partitions.</summary>
internal static class SimulatedTraffic
{
    /// <summary>By the monotonic clock in ms: soon, or behind a producer that was cut off for a while. Each partition keeps its order.</summary>
    public static Queue<(long At, EnvelopeRecord Record)> Schedule(RandomStream stream, Random random)
    {
        Dictionary<PartitionId, long> last = [];
        List<(long At, EnvelopeRecord Record)> schedule = [];
        for (int i = 0; i < stream.Records.Count; i++)
        {
            EnvelopeRecord record = stream.Records[i];
            long lag = random.Next(12) == 0 ? random.Next(60_000) : random.Next(1_500);
            long at = Math.Max(last.GetValueOrDefault(record.Partition), stream.WrittenAt[i] - Windows.Records.T0 + 2_000 + lag);
            last[record.Partition] = at;
            schedule.Add((at, record));
        }
        return new(schedule.OrderBy(entry => entry.At));
    }

    /// <summary>Settings and records, for one who looks into a world.</summary>
    public static IEnumerable<string> Describe(AggregationSettings settings, IEnumerable<(long At, EnvelopeRecord Record)> records) => records
        .Select(entry => $"at {entry.At}: {entry.Record.Partition}@{entry.Record.Offset} ts {entry.Record.TimestampMs}: "
            + (entry.Record.Value is null ? "null" : Encoding.UTF8.GetString(entry.Record.Value)))
        .Prepend($"Window {settings.Window}, Lateness {settings.Lateness}, AckTimeout {settings.AckTimeout}, IdleTimeout {settings.IdleTimeout}, "
            + $"MaxFutureSkew {settings.MaxFutureSkew}, {settings.Identity}, Groups {string.Join(" ", settings.Groups.Select(set => string.Join('+', set)))}");
}

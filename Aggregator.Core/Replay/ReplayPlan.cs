using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>What a replay of a range will read, and what of the range retention has taken already.</summary>
/// <param name="Range">The windows asked for.</param>
/// <param name="Partitions">All partitions.</param>
public sealed record ReplayPlan(ReplayRange Range, IReadOnlyList<PlannedPartition> Partitions)
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    /// <summary>The first window that retention has cut into in no partition; null for all.</summary>
    public long? WholeFromMs => Partitions.Max(partition => partition.WholeFromMs);

    /// <summary>Offsets that will be read, about; gaps count too.</summary>
    public long Records => Partitions.Sum(partition => Math.Max(0, partition.StopOffset - partition.FirstOffset));

    /// <summary>Asks the logs.</summary>
    /// <param name="log">The logs.</param>
    /// <param name="extents">What there is of them.</param>
    /// <param name="range">The windows asked for.</param>
    /// <param name="settings">What is computed.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public static ReplayPlan Make(ITopicLog log, IReadOnlyList<LogExtent> extents, ReplayRange range, AggregationSettings settings, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(settings);
        long sizeMs = (long)settings.Window.TotalMilliseconds;
        long skewMs = (long)settings.MaxFutureSkew.TotalMilliseconds;
        long graceMs = (long)(settings.AckTimeout + settings.Lateness).TotalMilliseconds;
        Dictionary<PartitionId, long> firsts = FirstTimes(log, extents, cancellation);
        IReadOnlyDictionary<PartitionId, long> starts = At(log, extents, range.FromMs - (2 * sizeMs) - skewMs);
        IReadOnlyDictionary<PartitionId, long> stops = At(log, extents, range.ToMs + graceMs);
        return new(range, [.. extents.Select(extent =>
        {
            long? first = firsts.TryGetValue(extent.Partition, out long ms) ? ms : null;
            // What is gone had Kafka timestamps up to about the first that is left, and times up to MaxFutureSkew behind that; a window also takes acknowledgements of the one before it.
            long? whole = extent.Earliest == 0 ? null : ReplayRange.Of(first + skewMs + sizeMs + 1, null, settings.Window).FromMs;
            long start = range.FromMs is null ? extent.Earliest : Math.Max(extent.Earliest, starts.GetValueOrDefault(extent.Partition, extent.End));
            long stop = range.ToMs is null ? extent.End : Math.Min(extent.End, stops.GetValueOrDefault(extent.Partition, extent.End));
            return new PlannedPartition(extent, first, whole, Math.Min(start, extent.End), Math.Max(stop, Math.Min(start, extent.End)));
        })]);
    }

    private static IReadOnlyDictionary<PartitionId, long> At(ITopicLog log, IReadOnlyList<LogExtent> extents, long? timeMs) =>
        timeMs is { } ms ? log.OffsetsAt(extents.ToDictionary(extent => extent.Partition, _ => ms)) : new Dictionary<PartitionId, long>();

    private static Dictionary<PartitionId, long> FirstTimes(ITopicLog log, IReadOnlyList<LogExtent> extents, CancellationToken cancellation)
    {
        Dictionary<PartitionId, long> firsts = [];
        LogSection[] sections = [.. extents.Where(extent => extent.Earliest < extent.End).Select(extent => new LogSection(extent.Partition, extent.Earliest, extent.End))];
        RecordBatch batch = new(1);
        log.Begin(sections);
        foreach (LogSection section in sections)
        {
            LogRead read;
            while ((read = log.Read(section.Partition, batch, Wait)) == LogRead.Nothing)
            {
                cancellation.ThrowIfCancellationRequested();
            }
            if (read == LogRead.Records && batch.Timestamps[0] != RecordBatch.NoTimestamp)
            {
                firsts[section.Partition] = batch.Timestamps[0];
            }
            batch.Clear();
        }
        return firsts;
    }
}

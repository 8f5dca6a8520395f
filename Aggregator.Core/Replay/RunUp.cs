using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>
/// Finds from where each partition must be read so that the windows from a time on get exactly the values that a reading of everything gives them.
/// <para>
/// All it needs is that an accepted record's times are at most <c>MaxFutureSkew</c> after its Kafka timestamp, and that all records before an offset by time have smaller
/// timestamps, in order or not. How old a record's times may be is not bounded, and need not be:
/// </para>
/// <list type="number">
/// <item>Records with timestamps before <c>from − Window − MaxFutureSkew</c> have no fact in the range, no acknowledgement for it, and do not move W(p) to where a window
/// of the range is late. For acknowledgements that is all.</item>
/// <item>A message may be received in the range that was sent long before, and be a duplicate where its cohort is still open. Cohorts are open that W(p) has not passed at
/// that place, and some record before it tells how far W(p) is there at least: reading begins where the first record of such a cohort can be.</item>
/// <item>From there on W(p) must be right, since a late fact makes no later one a duplicate. Again a record before that place tells how far W(p) is there at least; no
/// record with a timestamp of <c>MaxFutureSkew</c> before its report time can have moved it so far.</item>
/// </list>
/// </summary>
internal sealed class RunUp
{
    private const int FirstLook = 64;
    private const int LookFurther = 16;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    private readonly ITopicLog _log;
    private readonly RecordDecoder _decoder;
    private readonly DecodedRecord _record;
    private readonly Dictionary<PartitionId, LogExtent> _extents;
    private readonly long _sizeMs;
    private readonly long _latenessMs;
    private readonly long _ackTimeoutMs;
    private readonly long _skewMs;

    public RunUp(ITopicLog log, IReadOnlyList<LogExtent> extents, AggregationSettings settings, FieldNames names)
    {
        _log = log;
        _extents = extents.ToDictionary(extent => extent.Partition);
        IReadOnlyList<string> dimensions = [.. settings.Groups.SelectMany(set => set).Distinct(StringComparer.Ordinal)];
        _decoder = new(names, dimensions, settings.MaxFutureSkew);
        _record = new(dimensions.Count);
        _sizeMs = (long)settings.Window.TotalMilliseconds;
        _latenessMs = (long)settings.Lateness.TotalMilliseconds;
        _ackTimeoutMs = (long)settings.AckTimeout.TotalMilliseconds;
        _skewMs = (long)settings.MaxFutureSkew.TotalMilliseconds;
    }

    /// <summary>The first offset to read of each partition.</summary>
    /// <param name="fromMs">The start of the first window; null for everything.</param>
    /// <param name="cancellation">Ends the search.</param>
    public Dictionary<PartitionId, long> Find(long? fromMs, CancellationToken cancellation)
    {
        if (fromMs is not { } from)
        {
            return _extents.Values.ToDictionary(extent => extent.Partition, extent => extent.Earliest);
        }
        Dictionary<PartitionId, long> starts = OffsetsAt(_extents.Keys.ToDictionary(partition => partition, _ => from - _sizeMs - _skewMs));
        Dictionary<PartitionId, long> messages = starts.Where(start => start.Key.Topic == RecordTopic.Latency).ToDictionary();
        MoveBack(messages, reportMs => reportMs - _latenessMs - _ackTimeoutMs - _sizeMs - _skewMs, cancellation);
        MoveBack(messages, reportMs => reportMs - _skewMs, cancellation);
        foreach ((PartitionId partition, long offset) in messages)
        {
            starts[partition] = offset;
        }
        return starts;
    }

    /// <summary>Moves each start back to a time that depends on how far event time has come there.</summary>
    private void MoveBack(Dictionary<PartitionId, long> starts, Func<long, long> timeFrom, CancellationToken cancellation)
    {
        Dictionary<PartitionId, (long ReportMs, long Offset)> latest = LatestBefore(starts, cancellation);
        Dictionary<PartitionId, long> byTime = OffsetsAt(latest.ToDictionary(known => known.Key, known => timeFrom(known.Value.ReportMs)));
        foreach (PartitionId partition in starts.Keys)
        {
            starts[partition] = latest.TryGetValue(partition, out (long ReportMs, long Offset) known)
                ? Math.Min(known.Offset, byTime[partition])
                : _extents[partition].Earliest;
        }
    }

    /// <summary>For each partition the latest report time among some records before an offset; one where there is no good record before it is left out.</summary>
    private Dictionary<PartitionId, (long ReportMs, long Offset)> LatestBefore(Dictionary<PartitionId, long> offsets, CancellationToken cancellation)
    {
        Dictionary<PartitionId, (long ReportMs, long Offset)> latest = [];
        List<LogSection> sections = [.. offsets.Select(known => Before(known.Key, known.Value, FirstLook)).Where(section => section.Start < section.Stop)];
        for (long look = FirstLook; sections.Count > 0; look *= LookFurther)
        {
            ReadAll(sections, latest, cancellation);
            sections = [.. sections.Where(section => !latest.ContainsKey(section.Partition))
                .Select(section => Before(section.Partition, section.Start, look * LookFurther)).Where(section => section.Start < section.Stop)];
        }
        return latest;
    }

    private LogSection Before(PartitionId partition, long offset, long count) =>
        new(partition, Math.Max(_extents[partition].Earliest, offset - count), offset);

    private void ReadAll(List<LogSection> sections, Dictionary<PartitionId, (long ReportMs, long Offset)> latest, CancellationToken cancellation)
    {
        RecordBatch batch = new();
        _log.Begin(sections);
        foreach (LogSection section in sections)
        {
            while (_log.Read(section.Partition, batch, Wait) is LogRead read && read != LogRead.End)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int i = 0; i < batch.Count; i++)
                {
                    if (_decoder.Decode(section.Partition.Topic, batch.Value(i), batch.Timestamps[i], _record) == RejectReason.None
                        && (!latest.TryGetValue(section.Partition, out (long ReportMs, long Offset) known) || _record.ReportMs > known.ReportMs))
                    {
                        latest[section.Partition] = (_record.ReportMs, batch.Offsets[i]);
                    }
                }
                batch.Clear();
            }
        }
    }

    private Dictionary<PartitionId, long> OffsetsAt(Dictionary<PartitionId, long> timesMs)
    {
        if (timesMs.Count == 0)
        {
            return [];
        }
        IReadOnlyDictionary<PartitionId, long> found = _log.OffsetsAt(timesMs);
        return timesMs.Keys.ToDictionary(
            partition => partition, partition => Math.Clamp(found.GetValueOrDefault(partition, long.MaxValue), _extents[partition].Earliest, _extents[partition].End));
    }
}

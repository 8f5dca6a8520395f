using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;

namespace Aggregator.Core.Pipeline;

/// <summary>Knows whether what was written before the start is read: only then the service is ready.</summary>
internal sealed class CatchUp(ServiceStatus status)
{
    private const long NearEnough = 1_000;

    private readonly Dictionary<PartitionId, long> _ends = [];
    private bool _isOver;
    private long? _recordsAtLastAsk;

    /// <summary>Reading begins.</summary>
    public void Begin()
    {
        _ends.Clear();
        _isOver = false;
        _recordsAtLastAsk = null;
        status.FoldReason = "reading what was written before the start";
    }

    /// <summary>The end of a partition as the brokers named it last; -1 where they did not.</summary>
    public long EndOf(PartitionId partition) => _ends.GetValueOrDefault(partition, -1);

    /// <summary>The brokers named the ends.</summary>
    /// <param name="ends">Their answer.</param>
    /// <param name="folded">How far each partition is folded.</param>
    /// <param name="records">How many records were read so far.</param>
    public void Look(SourceElement.EndOffsets ends, Dictionary<PartitionId, long> folded, long records)
    {
        foreach ((PartitionId partition, long end) in ends.Ends.Where(end => folded.ContainsKey(end.Key)))
        {
            _ends[partition] = end;
        }
        if (_isOver)
        {
            return;
        }
        // Live traffic never stops, so the ends are never quite reached: a second's worth of records is near enough.
        long behind = Behind(folded);
        _isOver = behind <= Math.Max(NearEnough, _recordsAtLastAsk is { } before ? records - before : 0);
        _recordsAtLastAsk = records;
        status.FoldReason = _isOver ? null : $"reading what was written before the start: {behind} records to go";
    }

    /// <summary>Records were folded: they may be the last that were to be read, by what the brokers said before.</summary>
    /// <param name="folded">How far each partition is folded.</param>
    public void Look(Dictionary<PartitionId, long> folded)
    {
        if (!_isOver && _ends.Count == folded.Count && Behind(folded) <= NearEnough)
        {
            _isOver = true;
            status.FoldReason = null;
        }
    }

    private long Behind(Dictionary<PartitionId, long> folded)
    {
        long behind = 0;
        foreach ((PartitionId partition, long end) in _ends)
        {
            behind += Math.Max(0, end - folded[partition]);
        }
        return behind;
    }
}

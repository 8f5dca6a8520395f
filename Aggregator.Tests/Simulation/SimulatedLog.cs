using Aggregator.Core.Records;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Simulation;

/// <summary>A partition of the cluster: its records, and from where on they are still there.</summary>
internal sealed class SimulatedLog(PartitionId partition)
{
    private readonly List<(EnvelopeRecord Record, long AppendedAt)> _records = [];

    public PartitionId Partition { get; } = partition;

    public IEnumerable<EnvelopeRecord> Records => _records.Select(entry => entry.Record);

    /// <summary>The first offset that can be read.</summary>
    public long Earliest { get; private set; }

    /// <summary>The offset of the next record.</summary>
    public long End { get; private set; }

    /// <summary>When the last record was appended, by the monotonic clock in ms.</summary>
    public long LastAppendedAt { get; private set; } = long.MinValue / 2;

    public void Append(EnvelopeRecord record, long elapsedMs)
    {
        _records.Add((record, elapsedMs));
        End = record.Offset + 1;
        LastAppendedAt = elapsedMs;
    }

    /// <summary>The next record at an offset or behind it; null at the end.</summary>
    public EnvelopeRecord? Next(long offset) => Find(offset) is var i && i < _records.Count ? _records[i].Record : null;

    /// <summary>When a record was appended, by the monotonic clock in ms.</summary>
    public long AppendedAt(EnvelopeRecord record) => _records[Find(record.Offset)].AppendedAt;

    /// <summary>Retention removes what lies before an offset.</summary>
    public void Retain(long offset) => Earliest = Math.Max(Earliest, Math.Min(offset, End));

    private int Find(long offset)
    {
        int low = 0;
        for (int high = _records.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = _records[middle].Record.Offset < offset ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}

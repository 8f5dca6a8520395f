namespace Aggregator.Core.Records;

/// <summary>
/// The logs of both topics, to be read in any section and at any pace: no group, no commits. A partition that is not asked for is not read: what was fetched of it waits, a
/// few megabytes. One caller at a time; calls block.
/// </summary>
public interface ITopicLog : IDisposable
{
    /// <summary>All partitions of both topics, as they are now.</summary>
    IReadOnlyList<LogExtent> Extents();

    /// <summary>
    /// For each partition the first offset whose record has a Kafka timestamp of at least the time given: all records before it have smaller ones, whatever follows it.
    /// </summary>
    /// <param name="timesMs">A time for each partition that is asked about, ms since the epoch.</param>
    /// <returns>The offsets; a partition without such a record is not in it.</returns>
    IReadOnlyDictionary<PartitionId, long> OffsetsAt(IReadOnlyDictionary<PartitionId, long> timesMs);

    /// <summary>Begins to read these sections, and forgets all others.</summary>
    void Begin(IReadOnlyList<LogSection> sections);

    /// <summary>Adds the next records of a partition to a batch, in the order of their offsets.</summary>
    /// <param name="partition">One of those that were begun.</param>
    /// <param name="batch">Takes the records, until it is full.</param>
    /// <param name="wait">How long to wait for the first.</param>
    /// <exception cref="RecordsGoneException">The next records are no longer there.</exception>
    LogRead Read(PartitionId partition, RecordBatch batch, TimeSpan wait);
}

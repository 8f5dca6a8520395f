using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Takes what a transport brings: judges each record by the position of its partition, copies it into the current batch, and notices gaps and logs that went
/// back. The same for every transport. Poll thread only.
/// </summary>
/// <param name="context">Names and messages.</param>
/// <param name="output">Where records go.</param>
/// <param name="board">Is told of gaps.</param>
/// <param name="resync">Makes reading start again, with the reason; <see cref="IsReading"/> is false afterwards.</param>
/// <param name="report">Takes errors.</param>
internal sealed class RecordIntake(
    SourceContext context, SourceOutput output, AssignmentBoard board, Action<string> resync, Action<Error, TopicPartitionOffset?> report)
{
    // Of a client whose records are dropped: any number does.
    private const int RoomForDropped = 256;

    /// <summary>The next offset of each partition.</summary>
    public Positions Positions { get; } = new();

    /// <summary>Which partitions are too far ahead of others.</summary>
    public LeadLimit Lead { get; } = new(context.RecordsBetweenWaits);

    public TopicNames Names => context.Names;

    /// <summary>Whether keys are wanted.</summary>
    public bool KeepsKeys => output.KeepsKeys;

    /// <summary>False: records are dropped. Those fetched before the start offsets were set come again by the seek, if they are wanted.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Whether partitions are paused for want of room: a transport that cannot hold records back must drop them.</summary>
    public bool IsHeldUp { get; set; }

    /// <summary>Whether a record was dropped for want of room: its partition is to be sought back.</summary>
    public bool HasMissed { get; private set; }

    /// <summary>How many records can be taken at once; at least 1.</summary>
    public int Room => IsReading ? Math.Max(1, output.Room) : RoomForDropped;

    /// <summary>Whether a record would be taken now, or dropped because none is wanted.</summary>
    public bool CanTake => !IsReading || output.Room > 0;

    /// <summary>Whether nothing waits to be handed on, so that there is no hurry.</summary>
    public bool IsIdle => output.Count == 0;

    /// <summary>Reading begins at these offsets.</summary>
    public void Begin(IReadOnlyList<StartOffset> starts)
    {
        Positions.Start(starts);
        Lead.Start(starts);
        IsReading = true;
    }

    /// <summary>Everything is void.</summary>
    public void Stop()
    {
        Positions.Clear();
        Lead.Stop();
        IsReading = false;
        IsHeldUp = false;
        HasMissed = false;
    }

    // HOT: once per record.
    /// <summary>Takes a record.</summary>
    /// <returns>False where there is no room for it now: it should be shown again later. Then the loop looks for room, and pauses the partitions if it takes too long.</returns>
    public bool TryTake(in IncomingRecord record)
    {
        if (!IsReading)
        {
            return true;
        }
        if (output.Room == 0)
        {
            return false;
        }
        long expected = Positions.Next(record.Partition);
        if (record.Offset != expected && !Follows(record.Partition, expected, record.Offset))
        {
            return true;
        }
        Positions.Set(record.Partition, record.Offset + 1, record.TimestampMs);
        output.Add(record);
        return true;
    }

    /// <summary>A record could not be taken and cannot be held back either.</summary>
    public void Miss() => HasMissed = true;

    /// <summary>A partition was read up to its end.</summary>
    public void TakeEnd(PartitionId partition, long offset)
    {
        long expected = Positions.Next(partition);
        if (!IsReading || expected == Positions.NotRead)
        {
            return;
        }
        if (offset > expected)
        {
            Jumped(partition, expected, offset);
        }
        output.AtEnd(partition, offset);
        Lead.Ends(partition, offset);
    }

    public void TakeError(Error error, TopicPartitionOffset? where) => report(error, where);

    private bool Follows(PartitionId partition, long expected, long offset)
    {
        if (expected == Positions.NotRead)
        {
            return false;
        }
        if (offset > expected)
        {
            Jumped(partition, expected, offset);
            return true;
        }
        resync($"{context.Names.Text(partition)} went back from offset {expected} to {offset}: its log was cut or replaced");
        return false;
    }

    // Markers of transactions and compaction leave gaps too; whether records were lost, the brokers must say.
    private void Jumped(PartitionId partition, long from, long to)
    {
        Positions.SkipTo(partition, to);
        board.Jumped(partition, from, to);
    }
}

using System.ComponentModel;
using System.Globalization;
using Aggregator.Core.Diagnostics;

namespace Aggregator.Host.Web.Api;

/// <summary>Answer of <c>/api/partitions</c>.</summary>
internal sealed record PartitionsAnswer(
    [property: Description("Partitions that this instance reads.")] int Assigned,
    [property: Description("Partitions of both topics; 0 before the first assignment.")] int Total,
    [property: Description("By topic and number.")] IReadOnlyList<PartitionLine> Partitions)
{
    public static PartitionsAnswer Of(ServiceStatus status)
    {
        IReadOnlyList<PartitionStatus> assigned = status.Partitions;
        IEnumerable<PartitionLine> others = status.TopicPartitions.SelectMany(topic => Enumerable.Range(0, topic.Value)
            .Where(number => !assigned.Any(partition => partition.Topic == topic.Key && partition.Partition == number))
            .Select(number => new PartitionLine(topic.Key, number, false, null, null, null, null, null, 0, 0, 0, null)));
        PartitionLine[] lines =
        [
            .. assigned.Select(partition => Line(partition, status)).Concat(others)
                .OrderBy(line => line.Topic, StringComparer.Ordinal).ThenBy(line => line.Partition),
        ];
        return new(assigned.Count, lines.Length, lines);
    }

    private static PartitionLine Line(PartitionStatus partition, ServiceStatus status) => new(
        partition.Topic,
        partition.Partition,
        true,
        partition.Position < 0 ? null : partition.Position,
        partition.EndOffset < 0 ? null : partition.EndOffset,
        partition.Lag,
        partition.WatermarkMs,
        partition.Idle,
        partition.Late,
        partition.Rejected,
        status.LostRecords.TryGetValue((partition.Topic, partition.Partition), out Counter? lost) ? lost.Value : 0,
        partition.LastRejected is { } last ? new(last.Offset, last.Reason) : null);
}

/// <summary>Where the service stands in one partition.</summary>
internal sealed record PartitionLine(
    string Topic,
    int Partition,
    [property: Description("Whether this instance reads it.")] bool Assigned,
    [property: Description("The offset that is read next.")] long? Offset,
    [property: Description("The end of the log as the brokers said last.")] long? EndOffset,
    [property: Description("Records that are not read yet.")] long? Lag,
    [property: Description("Event time up to which the partition is complete, milliseconds since 1970; absent before its first record.")] long? WatermarkMs,
    [property: Description("Read to its end and empty for IdleTimeout: it holds no window open.")] bool? Idle,
    [property: Description("Facts of it that were late, since it was assigned.")] long Late,
    [property: Description("Records of it that were rejected, since it was assigned.")] long Rejected,
    [property: Description("Offsets that the topic no longer held when they were to be read.")] long Lost,
    [property: Description("The last rejected record: where it lies and why; its content is never shown.")] RejectLine? LastReject);

/// <summary>A rejected record.</summary>
internal sealed record RejectLine(long Offset, string Reason);

/// <summary>A partition by name.</summary>
internal sealed record PartitionName(string Topic, int Partition, [property: Description("Milliseconds since 1970; absent before its first record.")] long? WatermarkMs)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}[{Partition}]");
}

using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>What other threads see of the poll thread's assignment. Immutable, replaced whole.</summary>
/// <param name="Session">The consumer it belongs to; null between two.</param>
/// <param name="Number">Counts assignments; each change of partitions or positions has another one.</param>
/// <param name="Partitions">The assigned partitions.</param>
/// <param name="IsRead">Whether it was announced, and is read.</param>
/// <param name="TopicIds">The topics' ids when it was announced.</param>
internal sealed record AssignmentView(
    ConsumerSession? Session, long Number, IReadOnlyList<TopicPartition> Partitions, bool IsRead, IReadOnlyDictionary<string, string> TopicIds)
{
    public static AssignmentView None { get; } = new(null, 0, [], false, new Dictionary<string, string>());
}

using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>What a consumer reports besides records, on the thread that polls it or closes it. None of them may throw.</summary>
internal sealed record ConsumerHandlers(
    Action<List<TopicPartition>> Assigned, Action<List<TopicPartition>> Revoked, Action<List<TopicPartition>> Lost, Action<Error> Error);

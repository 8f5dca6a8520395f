using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>Reads the last records of topics without a group and without committing anything. Bounded in time (about 10 s).</summary>
public interface IRecordSampler
{
    /// <summary>The last records of each partition of a topic, together about <paramref name="count"/>, or fewer where it holds fewer.</summary>
    /// <exception cref="KafkaUnavailableException">No broker answered, or it refused us.</exception>
    Task<RecordBatch> ReadLastAsync(RecordTopic topic, int count, CancellationToken cancellation);
}

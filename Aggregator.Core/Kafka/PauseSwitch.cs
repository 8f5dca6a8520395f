using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Pauses and resumes all assigned partitions of a consumer. librdkafka remembers the pause of a partition that stays with us over a rebalance, and a new one
/// is not paused: so it is known here what librdkafka was told last, and whether that covers all. Poll thread only.
/// </summary>
internal sealed class PauseSwitch(SourceContext context, ConsumerSession session, IReadOnlyCollection<TopicPartition> assigned)
{
    private bool _newUnpaused;

    /// <summary>Whether partitions may be paused.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The assignment changed.</summary>
    public void AssignmentChanged() => _newUnpaused = true;

    public void Set(bool paused)
    {
        if (assigned.Count == 0 || (paused == IsPaused && !(paused && _newUnpaused)))
        {
            return;
        }
        try
        {
            if (paused)
            {
                session.Consumer.Pause(assigned);
            }
            else
            {
                session.Consumer.Resume(assigned);
            }
            IsPaused = paused;
            _newUnpaused = false;
        }
        catch (KafkaException e)
        {
            context.Warn("pause", $"Partitions could not be {(paused ? "paused" : "resumed")}: {e.Error.Reason}. Trying again.");
        }
    }
}

using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Pauses and resumes partitions of a consumer: all of them, or those that lead too far. librdkafka remembers the pause of a partition that stays with us over a
/// rebalance, and a new one is not paused: so after each change it is told of all. Poll thread only.
/// </summary>
internal sealed class PauseSwitch(SourceContext context, ConsumerSession session, IReadOnlyCollection<TopicPartition> assigned)
{
    private HashSet<TopicPartition> _paused = [];
    private bool _isKnown;
    private long _version;

    /// <summary>Whether all partitions are paused.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The assignment changed.</summary>
    public void AssignmentChanged() => _isKnown = false;

    /// <summary>Tells the client what has changed.</summary>
    /// <param name="all">Whether to pause all partitions.</param>
    /// <param name="lead">Else only those that wait there.</param>
    public void Set(bool all, LeadLimit lead)
    {
        if (assigned.Count == 0 || (_isKnown && all == IsPaused && lead.Version == _version))
        {
            return;
        }
        Change(all, lead);
    }

    private void Change(bool all, LeadLimit lead)
    {
        HashSet<TopicPartition> paused = [.. all ? assigned : lead.Waiting.Select(context.Names.Partition)];
        try
        {
            Tell(session.Consumer.Resume, (_isKnown ? _paused : assigned).Where(partition => !paused.Contains(partition)));
            Tell(session.Consumer.Pause, paused.Where(partition => !_isKnown || !_paused.Contains(partition)));
            _paused = paused;
            _version = lead.Version;
            _isKnown = true;
            IsPaused = all;
        }
        catch (KafkaException e)
        {
            context.Warn("pause", $"Partitions could not be {(all ? "paused" : "resumed")}: {e.Error.Reason}. Trying again.");
        }
    }

    private static void Tell(Action<IEnumerable<TopicPartition>> what, IEnumerable<TopicPartition> partitions)
    {
        TopicPartition[] all = [.. partitions];
        if (all.Length > 0)
        {
            what(all);
        }
    }
}

namespace Aggregator.Core.Kafka;

/// <summary>What can be made to go wrong in an <see cref="EmbeddedBroker"/>. Errors are Kafka's numbers; -195 (transport) cuts the connection instead of answering.</summary>
public sealed class BrokerFaults
{
    /// <summary>All brokers at once.</summary>
    public const int AllBrokers = -1;

    /// <summary>In place of an error: the connection is cut.</summary>
    public const int Disconnect = -195;

    private readonly EmbeddedBroker _broker;

    internal BrokerFaults(EmbeddedBroker broker) => _broker = broker;

    /// <summary>The next requests of a kind fail, each with the next error of the list.</summary>
    public void FailNext(BrokerRequest request, params int[] errors) => _broker.Do("take errors", cluster =>
    {
        NativeMockCluster.PushRequestErrors(cluster, (short)request, (nuint)errors.Length, errors);
        return 0;
    });

    /// <summary>Requests of a kind succeed again.</summary>
    public void Heal(BrokerRequest request) => _broker.Do("clear errors", cluster =>
    {
        NativeMockCluster.ClearRequestErrors(cluster, (short)request);
        return 0;
    });

    /// <summary>Metadata of the topic answers with the error; 0 heals it.</summary>
    public void FailTopic(string topic, int error) => _broker.Do("take a topic error", cluster =>
    {
        NativeMockCluster.TopicSetError(cluster, topic, error);
        return 0;
    });

    /// <summary>Cuts the connections of a broker and takes no new ones. Leaders stay.</summary>
    public void TakeDown(int broker = AllBrokers) => _broker.Do("go down", cluster => NativeMockCluster.BrokerSetDown(cluster, broker));

    /// <summary>The broker takes connections again.</summary>
    public void BringUp(int broker = AllBrokers) => _broker.Do("come up", cluster => NativeMockCluster.BrokerSetUp(cluster, broker));

    /// <summary>Every answer of the broker takes that long.</summary>
    public void SlowDown(TimeSpan roundTrip, int broker = AllBrokers) =>
        _broker.Do("slow down", cluster => NativeMockCluster.BrokerSetRoundTrip(cluster, broker, (int)roundTrip.TotalMilliseconds));

    /// <summary>Moves the leader of a partition to a broker; -1 leaves the partition without one.</summary>
    public void MoveLeader(string topic, int partition, int broker) =>
        _broker.Do("move a leader", cluster => NativeMockCluster.PartitionSetLeader(cluster, topic, partition, broker));

    /// <summary>Moves the coordinator of a group to a broker.</summary>
    public void MoveCoordinator(string group, int broker) =>
        _broker.Do("move a coordinator", cluster => NativeMockCluster.CoordinatorSet(cluster, "group", group, broker));
}

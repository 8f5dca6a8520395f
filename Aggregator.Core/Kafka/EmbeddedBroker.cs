using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// A Kafka cluster inside this process, for the demo and for fast tests: librdkafka's mock cluster behind real sockets on 127.0.0.1, for any number of clients.
/// Keeps 5 MiB or 100,000 batches a partition and drops the oldest. Has no offsets by time, no isolation of transactions, no topic configurations.
/// </summary>
public sealed class EmbeddedBroker : IDisposable
{
    private readonly Lock _lock = new();
    private nint _client;
    private nint _cluster;

    private EmbeddedBroker(nint client, nint cluster)
    {
        _client = client;
        _cluster = cluster;
        BootstrapServers = Marshal.PtrToStringUTF8(NativeMockCluster.Bootstraps(cluster)) ?? "";
        Faults = new BrokerFaults(this);
    }

    /// <summary>Where clients find it: <c>127.0.0.1:40123,127.0.0.1:40124</c>.</summary>
    public string BootstrapServers { get; }

    /// <summary>What can be made to go wrong.</summary>
    public BrokerFaults Faults { get; }

    /// <param name="brokers">How many brokers it has; their ids are 1 to that.</param>
    /// <exception cref="InvalidOperationException">It cannot listen.</exception>
    public static EmbeddedBroker Start(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(brokers);
        using var configuration = new NativeConfiguration();
        nint client = configuration.NewClient(NativeClientKind.Producer, out string? problem);
        if (client == 0)
        {
            throw new InvalidOperationException("The embedded broker does not start: " + problem);
        }
        nint cluster = NativeMockCluster.New(client, brokers);
        if (cluster == 0)
        {
            NativeLibrdkafka.Destroy(client);
            throw new InvalidOperationException("The embedded broker does not start: it cannot listen on 127.0.0.1.");
        }

        // Describing topics is asked of the controller, and at first there is none.
        NativeMockCluster.SetController(cluster, 1);

        // A group's first member would wait 3 s for others to join.
        NativeMockCluster.GroupInitialRebalanceDelay(cluster, 0);
        return new EmbeddedBroker(client, cluster);
    }

    /// <summary>Creates a topic.</summary>
    /// <exception cref="InvalidOperationException">It exists, or the count cannot be.</exception>
    public void CreateTopic(string topic, int partitions) =>
        Do($"create topic {topic}", cluster => NativeMockCluster.TopicCreate(cluster, topic, partitions, 1));

    /// <summary>Deletes a topic with its records.</summary>
    /// <exception cref="InvalidOperationException">There is no such topic.</exception>
    public void DeleteTopic(string topic) => Do($"delete topic {topic}", cluster => NativeMockCluster.TopicDelete(cluster, topic));

    /// <summary>Deletes the records of a partition before an offset, as retention does.</summary>
    /// <exception cref="InvalidOperationException">There is no such partition or offset.</exception>
    public void DeleteRecords(string topic, int partition, long beforeOffset) =>
        Do($"delete records of {topic}[{partition}]", cluster => NativeMockCluster.PartitionDeleteRecords(cluster, topic, partition, beforeOffset));

    public void Dispose()
    {
        lock (_lock)
        {
            if (_client != 0)
            {
                NativeMockCluster.Destroy(_cluster);
                NativeLibrdkafka.Destroy(_client);
                _cluster = 0;
                _client = 0;
            }
        }
    }

    internal void Do(string what, Func<nint, int> call)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            int error = call(_cluster);
            if (error != 0)
            {
                throw new InvalidOperationException($"The embedded broker did not {what}: {NativeConsumer.Text((ErrorCode)error)}");
            }
        }
    }
}

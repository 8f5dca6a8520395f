namespace Aggregator.Core.Kafka;

/// <summary>The section <c>Kafka</c> of the settings (SPEC section 6). Checked by the host before it comes here.</summary>
public sealed record KafkaSettings
{
    public string BootstrapServers { get; init; } = "localhost:9092";

    public string GroupId { get; init; } = "aggregator";

    public string LatencyTopic { get; init; } = "im-latency";

    public string AckTopic { get; init; } = "ack";

    /// <summary>Where a group without committed offsets starts: <c>earliest</c> or <c>latest</c>.</summary>
    public string AutoOffsetReset { get; init; } = "earliest";

    /// <summary><c>classic</c> (cooperative-sticky) or <c>consumer</c> (KIP-848, brokers from 4.0 on).</summary>
    public string GroupProtocol { get; init; } = "classic";

    /// <summary>
    /// How records come out of the client: <c>consume</c> is the supported API of Confluent.Kafka, <c>batch</c> takes some thousand in one call of librdkafka.
    /// </summary>
    public string Transport { get; init; } = "consume";

    /// <summary>Whether <see cref="Transport"/> is <c>batch</c>.</summary>
    internal bool IsBatchTransport => string.Equals(Transport, "batch", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether the client's threads and the one that takes records from it share one processor while they are busy: <c>shared</c>, <c>none</c>, or <c>auto</c>, which is <c>shared</c> where
    /// the process has two processors at most. Linux only.
    /// </summary>
    public string Affinity { get; init; } = "auto";

    /// <summary>A topic that takes copies of rejected records, with the reason in a header; null for none.</summary>
    public string? DeadLetterTopic { get; init; }

    public string ClientId { get; init; } = "aggregator";

    /// <summary><c>plaintext</c>, <c>ssl</c>, <c>sasl_plaintext</c> or <c>sasl_ssl</c>.</summary>
    public string SecurityProtocol { get; init; } = "plaintext";

    /// <summary><c>PLAIN</c>, <c>SCRAM-SHA-256</c>, <c>SCRAM-SHA-512</c>, <c>OAUTHBEARER</c> or <c>GSSAPI</c>; null without SASL.</summary>
    public string? SaslMechanism { get; init; }

    public string? SaslUsername { get; init; }

    /// <summary>A secret: never printed.</summary>
    public string? SaslPassword { get; init; }

    /// <summary>A PEM file of the authorities to trust; null for the system's.</summary>
    public string? SslCaLocation { get; init; }

    /// <summary>How long the group waits for a member that went silent before its partitions move. 1 s to 30 min.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Any other librdkafka key, passed through as it is; wins over the typed settings.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>The topic's name in the cluster.</summary>
    public string TopicName(Records.RecordTopic topic) => topic == Records.RecordTopic.Latency ? LatencyTopic : AckTopic;
}

using System.Globalization;

namespace Aggregator.Core.Kafka;

/// <summary>Makes librdkafka's configuration out of the settings. Pure; what librdkafka refuses is found by <see cref="ClientConfigurationCheck"/>.</summary>
public static class ClientConfiguration
{
    /// <summary>What stands in place of a secret wherever a configuration is printed.</summary>
    public const string Masked = "***";

    /// <summary>Keys whose values are secrets, in any client.</summary>
    private static readonly string[] SecretParts = ["password", "secret", "passphrase", ".pem", "sasl.oauthbearer.config", "jaas"];

    /// <summary>The consumer of the record source.</summary>
    public static Dictionary<string, string> Consumer(KafkaSettings settings)
    {
        Dictionary<string, string> c = Common(settings);
        c["group.id"] = settings.GroupId;

        // Start offsets are always explicit here, so this one decides only what happens when the log loses the offset that is read next: go on at the
        // earliest that is left, never at the end. KafkaSettings.AutoOffsetReset is applied by the source itself.
        c["auto.offset.reset"] = "earliest";
        c["enable.auto.commit"] = "false";
        c["enable.auto.offset.store"] = "false";
        c["enable.partition.eof"] = "true";
        c["isolation.level"] = "read_committed";
        c["allow.auto.create.topics"] = "false";

        // An answer to this that comes while the leader of the group waits for its own makes it join again (librdkafka 2.16): with as many seconds between two as
        // an answer takes it never gets partitions. New topics and partitions are found sooner all the same: BrokerMonitor looks, and has the client look.
        c["topic.metadata.refresh.interval.ms"] = "30000";

        // The limit counts payload only, at a third of what it takes, and is passed by what one answer brings: up to max.partition.fetch.bytes of each partition, compressed.
        // So small answers and a small queue: 4 MiB and 256 KiB against 16 and 1 take 80 MB less and a tenth less time, being read while still in the processor's cache.
        // With a small queue the fetcher must look again soon: at its default of 1 s a full one stops it that long (1.3 → 0.26 million records/s).
        c["queued.max.messages.kbytes"] = "4096";
        c["max.partition.fetch.bytes"] = "262144";
        c["fetch.queue.backoff.ms"] = "5";
        c["fetch.wait.max.ms"] = "100";
        c["fetch.error.backoff.ms"] = "250";

        if (string.Equals(settings.GroupProtocol, "consumer", StringComparison.OrdinalIgnoreCase))
        {
            // KIP-848: the broker owns assignor, session timeout and heartbeats; librdkafka refuses to start with any of those keys.
            c["group.protocol"] = "consumer";
        }
        else
        {
            long session = (long)settings.SessionTimeout.TotalMilliseconds;
            c["group.protocol"] = "classic";
            c["partition.assignment.strategy"] = "cooperative-sticky";
            c["session.timeout.ms"] = Text(session);
            c["heartbeat.interval.ms"] = Text(Math.Clamp(session / 3, 100, 3000));
            c["max.poll.interval.ms"] = Text(Math.Max(300_000, session));
        }
        return WithProperties(c, settings);
    }

    /// <summary>The producer of dead letters.</summary>
    public static Dictionary<string, string> Producer(KafkaSettings settings)
    {
        Dictionary<string, string> c = Common(settings);
        c["enable.idempotence"] = "true";
        c["compression.type"] = "lz4";
        c["linger.ms"] = "50";
        c["queue.buffering.max.kbytes"] = "16384";
        c["queue.buffering.max.messages"] = "50000";
        c["message.timeout.ms"] = "60000";
        return WithProperties(c, settings);
    }

    /// <summary>The client that looks at topics and creates them.</summary>
    public static Dictionary<string, string> Admin(KafkaSettings settings) => WithProperties(Common(settings), settings);

    /// <summary>The configuration for reading, a <c>key = value</c> line each, by key, secrets masked.</summary>
    public static IReadOnlyList<string> Describe(IReadOnlyDictionary<string, string> configuration) =>
        [.. configuration.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} = {Shown(pair.Key, pair.Value)}")];

    /// <summary>Whether the value of the key must not be printed.</summary>
    public static bool IsSecret(string key) =>
        SecretParts.Any(part => key.Contains(part, StringComparison.OrdinalIgnoreCase)) && !key.EndsWith(".location", StringComparison.OrdinalIgnoreCase);

    internal static string Shown(string key, string value) => IsSecret(key) ? Masked : value;

    private static Dictionary<string, string> Common(KafkaSettings settings)
    {
        var c = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = settings.BootstrapServers,
            ["client.id"] = settings.ClientId,
            ["security.protocol"] = settings.SecurityProtocol.ToLowerInvariant(),
            ["socket.keepalive.enable"] = "true",
            ["reconnect.backoff.ms"] = "100",
            ["reconnect.backoff.max.ms"] = "5000",
            ["statistics.interval.ms"] = "0",
            ["log.connection.close"] = "false",
            ["enable.metrics.push"] = "false",
        };
        AddIfGiven(c, "sasl.mechanism", settings.SaslMechanism);
        AddIfGiven(c, "sasl.username", settings.SaslUsername);
        AddIfGiven(c, "sasl.password", settings.SaslPassword);
        AddIfGiven(c, "ssl.ca.location", settings.SslCaLocation);
        return c;
    }

    private static Dictionary<string, string> WithProperties(Dictionary<string, string> configuration, KafkaSettings settings)
    {
        foreach ((string key, string value) in settings.Properties)
        {
            if (ClientConfigurationCheck.WhyDenied(key) is null)
            {
                // An alias beside the key it stands for would leave it to chance which of the two librdkafka takes.
                configuration.Remove(Aliases.GetValueOrDefault(key, key));
                configuration[key] = value;
            }
        }
        return configuration;
    }

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["fetch.message.max.bytes"] = "max.partition.fetch.bytes",
        ["sasl.mechanisms"] = "sasl.mechanism",
        ["compression.codec"] = "compression.type",
        ["queue.buffering.max.ms"] = "linger.ms",
        ["delivery.timeout.ms"] = "message.timeout.ms",
    };

    private static void AddIfGiven(Dictionary<string, string> configuration, string key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            configuration[key] = value;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

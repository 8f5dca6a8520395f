using System.Text.RegularExpressions;

namespace Aggregator.Core.Kafka;

/// <summary>Finds everything in the section <c>Kafka</c> that cannot be used, at once: first our own rules, then librdkafka's, asked key by key.</summary>
public static partial class ClientConfigurationCheck
{
    private const string OwnKey = "is set by the aggregator and cannot be changed";
    private const string NativeCode = "cannot be set: it loads or runs other code";
    private const string CodeOnly = "cannot be set from a configuration";

    private static readonly Dictionary<string, string> Denied = new(StringComparer.Ordinal)
    {
        ["plugin.library.paths"] = NativeCode,
        ["ssl.engine.location"] = NativeCode,
        ["ssl.engine.id"] = NativeCode,
        ["ssl.providers"] = NativeCode,
        ["sasl.kerberos.kinit.cmd"] = NativeCode + "; sasl.kerberos.principal and sasl.kerberos.keytab can be set",
        ["enable.auto.commit"] = OwnKey,
        ["auto.commit.enable"] = OwnKey,
        ["enable.auto.offset.store"] = OwnKey,
        ["enable.partition.eof"] = OwnKey,
        ["offset.store.method"] = OwnKey,
        ["offset.store.path"] = OwnKey,
        ["allow.auto.create.topics"] = OwnKey,
        ["log.queue"] = OwnKey,
        ["transactional.id"] = OwnKey,
        ["internal.termination.signal"] = OwnKey,
        ["interceptors"] = CodeOnly,
        ["opaque"] = CodeOnly,
        ["builtin.features"] = CodeOnly,
        ["group.id"] = "is the setting Kafka:GroupId",
        ["group.protocol"] = "is the setting Kafka:GroupProtocol",
        ["auto.offset.reset"] = "is the setting Kafka:AutoOffsetReset",
        ["bootstrap.servers"] = "is the setting Kafka:BootstrapServers",
        ["metadata.broker.list"] = "is the setting Kafka:BootstrapServers",
    };

    /// <summary>Why a key of <c>Kafka:Properties</c> is not passed on; null when it is.</summary>
    public static string? WhyDenied(string key)
    {
        if (Denied.TryGetValue(key, out string? reason))
        {
            return reason;
        }
        if (key.StartsWith("test.mock.", StringComparison.Ordinal) || key.StartsWith("dotnet.", StringComparison.Ordinal))
        {
            return OwnKey;
        }
        // librdkafka takes the text for a pointer where a key stands for a callback or an object, and names all those with an underscore.
        return key.Contains('_', StringComparison.Ordinal) && key != "log_level" ? CodeOnly : null;
    }

    /// <summary>All that is wrong with the settings; empty when they can be used. Reaches for no broker.</summary>
    public static IReadOnlyList<KafkaSettingProblem> Check(KafkaSettings settings)
    {
        var problems = new List<KafkaSettingProblem>();
        CheckNames(settings, problems);
        OneOf("AutoOffsetReset", settings.AutoOffsetReset, ["earliest", "latest"]);
        OneOf("GroupProtocol", settings.GroupProtocol, ["classic", "consumer"]);
        OneOf("Transport", settings.Transport, ["consume", "batch"]);
        OneOf("SecurityProtocol", settings.SecurityProtocol, ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]);
        if (settings.SaslMechanism is not null)
        {
            OneOf("SaslMechanism", settings.SaslMechanism, ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"]);
        }
        if (settings.SessionTimeout < TimeSpan.FromSeconds(1) || settings.SessionTimeout > TimeSpan.FromMinutes(30))
        {
            Add("SessionTimeout", settings.SessionTimeout.ToString("c"), "must be 1 s to 30 min");
        }
        CheckProperties(settings, problems);
        if (problems.Count == 0)
        {
            CheckTogether(settings, problems);
        }
        return problems;

        void Add(string name, string value, string allowed) => problems.Add(new KafkaSettingProblem("Kafka:" + name, value, allowed));

        void OneOf(string name, string value, string[] allowed)
        {
            if (!allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                Add(name, value, "must be " + string.Join(" or ", allowed));
            }
        }
    }

    private static void CheckNames(KafkaSettings settings, List<KafkaSettingProblem> problems)
    {
        void Add(string name, string? value, string allowed) => problems.Add(new KafkaSettingProblem("Kafka:" + name, value ?? "", allowed));

        if (string.IsNullOrWhiteSpace(settings.BootstrapServers))
        {
            Add("BootstrapServers", settings.BootstrapServers, "must be host:port, or several with commas between");
        }
        if (string.IsNullOrWhiteSpace(settings.GroupId))
        {
            Add("GroupId", settings.GroupId, "must not be empty");
        }
        Topic("LatencyTopic", settings.LatencyTopic);
        Topic("AckTopic", settings.AckTopic);
        if (settings.DeadLetterTopic is not null)
        {
            Topic("DeadLetterTopic", settings.DeadLetterTopic);
        }
        if (settings.LatencyTopic == settings.AckTopic)
        {
            Add("AckTopic", settings.AckTopic, "must differ from LatencyTopic");
        }
        if (settings.DeadLetterTopic is { } dead && (dead == settings.LatencyTopic || dead == settings.AckTopic))
        {
            Add("DeadLetterTopic", dead, "must differ from LatencyTopic and AckTopic");
        }

        void Topic(string name, string topic)
        {
            if (!TopicName().IsMatch(topic) || topic is "." or "..")
            {
                Add(name, topic, "must be a topic name: 1 to 249 letters, digits, '.', '_' and '-'");
            }
        }
    }

    private static void CheckProperties(KafkaSettings settings, List<KafkaSettingProblem> problems)
    {
        using var scratch = new NativeConfiguration();
        foreach ((string key, string value) in settings.Properties.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string? problem = WhyDenied(key) ?? scratch.Set(key, value);
            if (problem is not null)
            {
                problems.Add(new KafkaSettingProblem("Kafka:Properties:" + key, ClientConfiguration.Shown(key, value), problem));
            }
        }
    }

    /// <summary>What librdkafka refuses only in combination shows when a client is made: one that has no brokers to go to.</summary>
    private static void CheckTogether(KafkaSettings settings, List<KafkaSettingProblem> problems)
    {
        Try(ClientConfiguration.Consumer(settings), NativeClientKind.Consumer);
        if (settings.DeadLetterTopic is not null)
        {
            Try(ClientConfiguration.Producer(settings), NativeClientKind.Producer);
        }

        void Try(Dictionary<string, string> configuration, NativeClientKind kind)
        {
            configuration.Remove("bootstrap.servers");
            using var native = new NativeConfiguration();
            foreach ((string key, string value) in configuration)
            {
                if (native.Set(key, value) is { } refused)
                {
                    problems.Add(new KafkaSettingProblem("Kafka", $"{key} = {ClientConfiguration.Shown(key, value)}", refused));
                }
            }
            if (native.TryClient(kind) is { } problem && !problems.Any(known => known.Allowed == problem))
            {
                problems.Add(new KafkaSettingProblem("Kafka:Properties", "", problem));
            }
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9._-]{1,249}$")]
    private static partial Regex TopicName();
}

using System.Text.RegularExpressions;
using Aggregator.Core.Kafka;

namespace Aggregator.Host.Settings;

/// <summary>The rules of the section <c>Kafka</c> (SPEC section 6).</summary>
public static partial class KafkaSection
{
    public const string Name = "Kafka";

    private static readonly KafkaSettings Defaults = new();

    public static KafkaSettings Read(SectionReader section)
    {
        ArgumentNullException.ThrowIfNull(section);
        KafkaSettings settings = new()
        {
            BootstrapServers = section.Text("BootstrapServers", Defaults.BootstrapServers, ServersRule),
            GroupId = section.Text("GroupId", Defaults.GroupId, NotEmpty),
            LatencyTopic = section.Text("LatencyTopic", Defaults.LatencyTopic, TopicRule),
            AckTopic = section.Text("AckTopic", Defaults.AckTopic, TopicRule),
            AutoOffsetReset = section.Choice("AutoOffsetReset", Defaults.AutoOffsetReset, "earliest", "latest")!,
            GroupProtocol = section.Choice("GroupProtocol", Defaults.GroupProtocol, "classic", "consumer")!,
            Transport = section.Choice("Transport", Defaults.Transport, "consume", "batch")!,
            Affinity = section.Choice("Affinity", Defaults.Affinity, "auto", "shared", "none")!,
            DeadLetterTopic = section.OptionalText("DeadLetterTopic", TopicRule),
            ClientId = section.Text("ClientId", Defaults.ClientId, NotEmpty),
            SecurityProtocol = section.Choice("SecurityProtocol", Defaults.SecurityProtocol, "plaintext", "ssl", "sasl_plaintext", "sasl_ssl")!,
            SaslMechanism = section.Choice("SaslMechanism", null, "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"),
            SaslUsername = section.OptionalText("SaslUsername"),
            SaslPassword = section.OptionalText("SaslPassword"),
            SslCaLocation = section.OptionalText("SslCaLocation"),
            SessionTimeout = section.Time("SessionTimeout", Defaults.SessionTimeout, SessionTimeoutRule),
            Properties = section.Map("Properties"),
        };
        JudgeTopics(section, settings);
        JudgeSasl(section, settings);
        return settings;
    }

    private static void JudgeTopics(SectionReader section, KafkaSettings settings)
    {
        if (settings.AckTopic == settings.LatencyTopic)
        {
            section.Fail(section.IsSet("AckTopic") ? "AckTopic" : "LatencyTopic", "must differ from the other topic");
        }
        if (settings.DeadLetterTopic is { } deadLetters && (deadLetters == settings.LatencyTopic || deadLetters == settings.AckTopic))
        {
            section.Fail("DeadLetterTopic", "must be none of the topics that are read: copies would be read again for ever");
        }
    }

    private static void JudgeSasl(SectionReader section, KafkaSettings settings)
    {
        bool isSasl = settings.SecurityProtocol.StartsWith("sasl_", StringComparison.Ordinal);
        bool mechanismIsElsewhere = HasProperty(settings, "sasl.mechanism", "sasl.mechanisms");
        if (isSasl && settings.SaslMechanism is null && !mechanismIsElsewhere)
        {
            section.Fail("SecurityProtocol", "needs Kafka:SaslMechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or GSSAPI");
        }
        if (!isSasl && settings.SaslMechanism is not null && !HasProperty(settings, "security.protocol"))
        {
            section.Fail("SaslMechanism", "needs Kafka:SecurityProtocol sasl_ssl or sasl_plaintext");
        }
        if (settings.SaslMechanism is not ("PLAIN" or "SCRAM-SHA-256" or "SCRAM-SHA-512"))
        {
            return;
        }
        bool noUser = settings.SaslUsername is null && !HasProperty(settings, "sasl.username");
        bool noPassword = settings.SaslPassword is null && !HasProperty(settings, "sasl.password");
        if (noUser || noPassword)
        {
            string missing = !noPassword ? "Kafka:SaslUsername" : !noUser ? "Kafka:SaslPassword" : "Kafka:SaslUsername and Kafka:SaslPassword";
            section.Fail("SaslMechanism", $"needs {missing}");
        }
    }

    private static bool HasProperty(KafkaSettings settings, params string[] keys) => keys.Any(settings.Properties.ContainsKey);

    private static string? NotEmpty(string text) => string.IsNullOrWhiteSpace(text) ? "must not be empty" : null;

    private static string? TopicRule(string name) =>
        TopicName().IsMatch(name) && name is not ("." or "..") ? null : "must be a topic's name: 1 to 249 letters, digits, '.', '_' or '-'";

    private static string? ServersRule(string servers) =>
        servers.Split(',').All(server => Server().Match(server.Trim()) is { Success: true } match
            && (match.Groups["port"].Length == 0 || int.Parse(match.Groups["port"].ValueSpan) is > 0 and <= 65_535))
            ? null
            : "must be brokers as host:port, several separated by commas";

    private static string? SessionTimeoutRule(TimeSpan time) =>
        time >= TimeSpan.FromSeconds(1) && time <= TimeSpan.FromMinutes(30) && time.Ticks % TimeSpan.TicksPerMillisecond == 0
            ? null
            : "must be from 00:00:01 to 00:30:00, in whole milliseconds";

    [GeneratedRegex(@"^[a-zA-Z0-9._-]{1,249}\z")]
    private static partial Regex TopicName();

    [GeneratedRegex(@"^([a-zA-Z_]+://)?(\[[0-9a-fA-F:.%]+\]|[^\s:/\[\]]+)(:(?<port>[0-9]{1,5}))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Server();
}

using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class ClientConfigurationTests
{
    [Fact]
    public void The_consumer_never_commits_by_itself_and_never_skips_to_the_end()
    {
        Dictionary<string, string> c = ClientConfiguration.Consumer(new KafkaSettings { AutoOffsetReset = "latest" });

        Assert.Equal(
            ("false", "false", "true", "read_committed", "earliest", "false"),
            (c["enable.auto.commit"], c["enable.auto.offset.store"], c["enable.partition.eof"], c["isolation.level"], c["auto.offset.reset"],
                c["allow.auto.create.topics"]));
    }

    [Fact]
    public void The_classic_protocol_is_cooperative_with_the_session_timeout_of_the_settings()
    {
        Dictionary<string, string> c = ClientConfiguration.Consumer(new KafkaSettings { SessionTimeout = TimeSpan.FromSeconds(6) });

        Assert.Equal(("classic", "cooperative-sticky", "6000", "2000", "300000"),
            (c["group.protocol"], c["partition.assignment.strategy"], c["session.timeout.ms"], c["heartbeat.interval.ms"], c["max.poll.interval.ms"]));
    }

    [Fact]
    public void The_poll_interval_is_never_under_the_session_timeout() =>
        Assert.Equal("1800000", ClientConfiguration.Consumer(new KafkaSettings { SessionTimeout = TimeSpan.FromMinutes(30) })["max.poll.interval.ms"]);

    [Fact]
    public void The_protocol_of_KIP_848_gets_none_of_the_keys_that_belong_to_the_broker()
    {
        Dictionary<string, string> c = ClientConfiguration.Consumer(new KafkaSettings { GroupProtocol = "consumer" });

        Assert.Equal("consumer", c["group.protocol"]);
        Assert.DoesNotContain(c.Keys, key => key is "session.timeout.ms" or "heartbeat.interval.ms" or "partition.assignment.strategy" or "group.protocol.type");
    }

    [Fact]
    public void A_property_wins_over_what_is_set_here_under_any_of_its_names()
    {
        Dictionary<string, string> c = ClientConfiguration.Consumer(new KafkaSettings
        {
            SaslMechanism = "PLAIN",
            Properties = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "7", ["sasl.mechanisms"] = "SCRAM-SHA-256", ["fetch.max.bytes"] = "1000" },
        });

        Assert.Equal(("7", "SCRAM-SHA-256", "1000"), (c["fetch.wait.max.ms"], c["sasl.mechanisms"], c["fetch.max.bytes"]));
        Assert.DoesNotContain("sasl.mechanism", c.Keys);
    }

    [Fact]
    public void A_denied_property_goes_nowhere_even_unchecked() =>
        Assert.DoesNotContain("plugin.library.paths",
            ClientConfiguration.Consumer(new KafkaSettings { Properties = new Dictionary<string, string> { ["plugin.library.paths"] = "/tmp/evil" } }).Keys);

    [Theory]
    [InlineData("sasl.password")]
    [InlineData("ssl.key.password")]
    [InlineData("ssl.keystore.password")]
    [InlineData("ssl.key.pem")]
    [InlineData("sasl.oauthbearer.client.secret")]
    [InlineData("sasl.oauthbearer.config")]
    [InlineData("sasl.oauthbearer.assertion.private.key.passphrase")]
    public void A_secret_is_never_described(string key)
    {
        IReadOnlyList<string> lines = ClientConfiguration.Describe(new Dictionary<string, string> { [key] = "hunter2", ["client.id"] = "me" });

        Assert.Equal(["client.id = me", $"{key} = ***"], lines.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("consumer")]
    public void The_defaults_can_be_used(string protocol) =>
        Assert.Empty(ClientConfigurationCheck.Check(new KafkaSettings { GroupProtocol = protocol, DeadLetterTopic = "dead" }));

    [Fact]
    public void Every_problem_is_named_at_once()
    {
        var settings = new KafkaSettings
        {
            BootstrapServers = "",
            AckTopic = "im-latency",
            AutoOffsetReset = "none",
            GroupProtocol = "modern",
            SessionTimeout = TimeSpan.FromMilliseconds(10),
            Properties = new Dictionary<string, string>
            {
                ["enable.auto.commit"] = "true",
                ["fetch.wait.max.ms"] = "soon",
                ["fetch.max.byts"] = "1",
                ["group.id"] = "other",
                ["isolation.level"] = "read_everything",
                ["plugin.library.paths"] = "evil.so",
                ["sasl.password"] = "hunter2",
                ["socket_cb"] = "0",
                ["test.mock.num.brokers"] = "1",
            },
        };

        Assert.Equal(
            [
                "Kafka:BootstrapServers = '': must be host:port, or several with commas between",
                "Kafka:AckTopic = 'im-latency': must differ from LatencyTopic",
                "Kafka:AutoOffsetReset = 'none': must be earliest or latest",
                "Kafka:GroupProtocol = 'modern': must be classic or consumer",
                "Kafka:SessionTimeout = '00:00:00.0100000': must be 1 s to 30 min",
                "Kafka:Properties:enable.auto.commit = 'true': is set by the aggregator and cannot be changed",
                "Kafka:Properties:fetch.max.byts = '1': No such configuration property: \"fetch.max.byts\"",
                "Kafka:Properties:fetch.wait.max.ms = 'soon': Invalid value for configuration property \"fetch.wait.max.ms\"",
                "Kafka:Properties:group.id = 'other': is the setting Kafka:GroupId",
                "Kafka:Properties:isolation.level = 'read_everything': Invalid value \"read_everything\" for configuration property \"isolation.level\"",
                "Kafka:Properties:plugin.library.paths = 'evil.so': cannot be set: it loads or runs other code",
                "Kafka:Properties:socket_cb = '0': cannot be set from a configuration",
                "Kafka:Properties:test.mock.num.brokers = '1': is set by the aggregator and cannot be changed",
            ],
            ClientConfigurationCheck.Check(settings).Select(p => $"{p.Setting} = '{p.Value}': {p.Allowed}"));
    }

    [Fact]
    public void A_secret_with_a_problem_is_masked()
    {
        var settings = new KafkaSettings { Properties = new Dictionary<string, string> { ["sasl.oauthbearer.client.secrets"] = "hunter2" } };

        Assert.Equal("***", Assert.Single(ClientConfigurationCheck.Check(settings)).Value);
    }

    [Fact]
    public void Keys_that_exclude_each_other_are_found()
    {
        var settings = new KafkaSettings
        {
            GroupProtocol = "consumer",
            Properties = new Dictionary<string, string> { ["session.timeout.ms"] = "10000" },
        };

        KafkaSettingProblem problem = Assert.Single(ClientConfigurationCheck.Check(settings));
        Assert.Contains("session.timeout.ms", problem.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_found_without_a_broker()
    {
        var settings = new KafkaSettings { SecurityProtocol = "ssl", SslCaLocation = "/no/such/file.pem" };

        KafkaSettingProblem problem = Assert.Single(ClientConfigurationCheck.Check(settings));
        Assert.Contains("ssl.ca.location", problem.Allowed, StringComparison.Ordinal);
    }
}

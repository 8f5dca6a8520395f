using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>A broker with TLS, passwords and access control: what is wrong is said in one line, tried again with a pause, and mended without a restart where that can be.</summary>
[Collection(nameof(ProcessTests))]
public sealed class SecurityTests(OwnBroker broker)
{
    [Fact]
    public async Task A_wrong_password_is_said_once_and_tried_again_with_pauses()
    {
        await broker.StartAsync();
        await using TestTopics topics = await TestTopics.CreateAsync(broker.Servers, 1);
        await using AggregatorProcess process = Start(topics, "wrong", broker.CaFile);
        using MetricsClient metrics = await MetricsClient.ConnectAsync(process);

        await process.LineAsync($"Kafka at {broker.SecureServers} does not answer: ");
        (int code, string text) = await metrics.ReadyAsync();
        Assert.Equal(503, code);
        Assert.Contains("authentication", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await metrics.SumAsync("aggregator_kafka_connected"));
        await MetricsClient.UntilAsync(async () => await metrics.SumAsync("aggregator_kafka_errors_total") >= 4, "more attempts");
        // Pauses of up to 5 s between attempts, and a line every 30 s at most: whatever the machine's speed, more attempts than lines.
        Assert.True(process.Log.Count(line => line.Contains("does not answer", StringComparison.Ordinal)) < await metrics.SumAsync("aggregator_kafka_errors_total"), process.Text);
        Assert.Equal(0, (await process.TerminateAsync(AggregatorProcess.StopBound)).Code);
        topics.IsDone = true;
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_said()
    {
        await broker.StartAsync();
        await using TestTopics topics = await TestTopics.CreateAsync(broker.Servers, 1);
        await using AggregatorProcess process = Start(topics, "secret", ca: null);
        using MetricsClient metrics = await MetricsClient.ConnectAsync(process);

        await process.LineAsync("certificate verify failed");
        await MetricsClient.UntilAsync(async () => (await metrics.ReadyAsync()).Text.Contains("certificate verify failed", StringComparison.Ordinal), "the reason");
        Assert.Equal(0, (await process.TerminateAsync(AggregatorProcess.StopBound)).Code);
        topics.IsDone = true;
    }

    [Fact]
    public async Task What_is_not_allowed_is_named_and_goes_on_once_it_is()
    {
        await broker.StartAsync();
        await using TestTopics topics = await TestTopics.CreateAsync(broker.Servers, 1);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Servers }).SetLogHandler((_, _) => { }).Build();
        await using AggregatorProcess process = Start(topics, "secret", broker.CaFile);
        using MetricsClient metrics = await MetricsClient.ConnectAsync(process);

        await ReasonAsync(metrics, $"topic {topics.Kafka.LatencyTopic} may not be read: no authorization; topic {topics.Kafka.AckTopic} may not be read: no authorization");
        Assert.Equal(1, await metrics.SumAsync("aggregator_kafka_connected"));
        await admin.CreateAclsAsync([Allow(ResourceType.Topic, topics.Kafka.LatencyTopic)]);
        await ReasonAsync(metrics, $"not ready: topic {topics.Kafka.AckTopic} may not be read: no authorization");
        await admin.CreateAclsAsync([Allow(ResourceType.Topic, topics.Kafka.AckTopic)]);
        await ReasonAsync(metrics, $"group {topics.Kafka.GroupId} may not be used: no authorization");
        await admin.CreateAclsAsync([Allow(ResourceType.Group, topics.Kafka.GroupId)]);

        await process.LineAsync("Reading 2 partitions");
        await admin.DeleteAclsAsync([Allow(ResourceType.Topic, topics.Kafka.AckTopic).ToFilter()]);
        await ReasonAsync(metrics, $"not ready: topic {topics.Kafka.AckTopic} may not be read: no authorization");
        await admin.CreateAclsAsync([Allow(ResourceType.Topic, topics.Kafka.AckTopic)]);
        await MetricsClient.UntilAsync(async () => (await metrics.ReadyAsync()).Code == 200, "ready again");
        Assert.Equal(0, (await process.TerminateAsync(AggregatorProcess.StopBound)).Code);
        topics.IsDone = true;
    }

    private static Task ReasonAsync(MetricsClient metrics, string part)
    {
        string last = "";
        return MetricsClient.UntilAsync(
            async () => (last = (await metrics.ReadyAsync()).Text).Contains(part, StringComparison.Ordinal), () => $"'{part}'; it says: {last}");
    }

    private static AclBinding Allow(ResourceType type, string name) => new()
    {
        Pattern = new() { Type = type, Name = name, ResourcePatternType = ResourcePatternType.Literal },
        Entry = new() { Principal = "User:im", Host = "*", Operation = AclOperation.Read, PermissionType = AclPermissionType.Allow },
    };

    private AggregatorProcess Start(TestTopics topics, string password, string? ca) => AggregatorProcess.Start(
        ["run", "--web.listen-address", "127.0.0.1:0", .. topics.Arguments(
            [
                "Kafka:BootstrapServers=" + broker.SecureServers, "Kafka:SecurityProtocol=sasl_ssl", "Kafka:SaslMechanism=PLAIN", "Kafka:SaslUsername=im",
                "Aggregation:IdleTimeout=00:00:02", .. ca is null ? Array.Empty<string>() : ["Kafka:SslCaLocation=" + ca],
            ])],
        new Dictionary<string, string> { ["Kafka__SaslPassword"] = password });
}

using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>
/// Strangers join and leave the group of the real program every 200 ms, take partitions away and give them back, some under its own instance id; once they are
/// gone, what was published is what <c>replay</c> gives. AGGREGATOR_CHURN_SECONDS says for how long each (3); <c>scripts/churn.sh</c> makes it minutes.
/// </summary>
[Collection(nameof(ProcessTests))]
public sealed class ChurnTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData("classic", "cooperative-sticky", false)]
    [InlineData("classic", "range", false)]
    [InlineData("consumer", "", false)]
    [InlineData("classic", "cooperative-sticky", true)]
    public async Task Members_that_come_and_go_lose_no_window_and_change_none(string protocol, string strategy, bool isStatic)
    {
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("AGGREGATOR_CHURN_SECONDS"), CultureInfo.InvariantCulture, out int given) ? given : 3;
        string[] settings =
        [
            "Kafka:GroupProtocol=" + protocol,
            .. strategy.Length == 0 ? Array.Empty<string>() : ["Kafka:Properties:partition.assignment.strategy=" + strategy],
            .. isStatic ? ["Kafka:Properties:group.instance.id=program"] : Array.Empty<string>(),
        ];
        await using Lives lives = await Lives.CreateAsync(TestTopics.SharedBroker(), 3, seconds, $"{protocol} {strategy} {isStatic}", hasFileOfItsOwn: false, settings: settings);
        await lives.WriteAsync();
        await using (AggregatorProcess process = lives.Start())
        {
            using MetricsClient metrics = await MetricsClient.ConnectAsync(process);
            await process.LineAsync("Reading 6 partitions");
            long started = Stopwatch.GetTimestamp();
            int members = 0;
            for (; Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; members++)
            {
                await JoinAndLeaveAsync(lives.Topics.Kafka.BootstrapServers, lives.Topics.Kafka.GroupId, lives.Topics.Kafka.LatencyTopic, lives.Topics.Kafka.AckTopic,
                    protocol, strategy, !isStatic ? null : members % 4 == 3 ? "program" : string.Create(CultureInfo.InvariantCulture, $"stranger-{members % 4}"));
                await lives.WriteAsync(0.1);
            }
            // The program sees to it that it comes back by itself: records that are written now are published before anything is restarted.
            await lives.WriteAsync();
            await MetricsClient.UntilAsync(
                async () => process.HasEnded || (await metrics.ReadyAsync()).Code == 200, () => $"reading again:\n{process.Text}", TimeSpan.FromSeconds(120));
            double? rebalances = await metrics.SumAsync("aggregator_rebalances_total");
            output.WriteLine($"{protocol} {strategy}{(isStatic ? " static" : "")}: {members} members came and went in {seconds} s, {rebalances} assignments of the program");
            Assert.False(process.HasEnded, process.Text);
            Assert.DoesNotContain(process.Log, line => line.Contains("Exception", StringComparison.Ordinal) || line.Contains("crit:", StringComparison.Ordinal));
            Assert.Equal(0, (await process.TerminateAsync(AggregatorProcess.StopBound)).Code);
            Assert.True(members >= 3, $"only {members} members");
        }
        await lives.FinishAsync();
    }

    /// <summary>A member of somebody else: joins, takes what it is given for a while, and leaves; it commits nothing.</summary>
    private static Task JoinAndLeaveAsync(string servers, string group, string latencyTopic, string ackTopic, string protocol, string strategy, string? instance) => Task.Run(async () =>
    {
        Dictionary<string, string> config = new()
        {
            ["bootstrap.servers"] = servers, ["group.id"] = group, ["enable.auto.commit"] = "false", ["group.protocol"] = protocol,
            ["auto.offset.reset"] = "earliest", ["log_level"] = "0",
        };
        if (protocol == "classic")
        {
            config["partition.assignment.strategy"] = strategy;
            config["session.timeout.ms"] = "1000";
            config["heartbeat.interval.ms"] = "200";
        }
        if (instance is not null)
        {
            config["group.instance.id"] = instance;
        }
        using IConsumer<Ignore, Ignore> member = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        member.Subscribe([latencyTopic, ackTopic]);
        long joined = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(joined) < Step)
        {
            try
            {
                member.Consume(20);
            }
            catch (ConsumeException)
            {
                // thrown out by the next one of its name, as the program is
            }
            await Task.Yield();
        }
        try
        {
            member.Close();
        }
        catch (KafkaException)
        {
            // it was thrown out before
        }
    });
}

using System.Globalization;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>The only broker dies, hangs, or is not there yet. AGGREGATOR_OUTAGE_SECONDS says how long it is down (4); <c>scripts/faults.sh</c> makes it 60.</summary>
[Collection(nameof(ProcessTests))]
public sealed class OutageTests(OwnBroker broker, ITestOutputHelper output)
{
    private static readonly string[] Settings =
    [
        "Aggregation:Window=00:00:01", "Aggregation:AckTimeout=00:00:01", "Aggregation:Lateness=00:00:02", "Aggregation:IdleTimeout=00:00:15",
        "Aggregation:Groups=[[\"region\"]]", "Kafka:SessionTimeout=00:00:06",
    ];

    [Fact]
    public async Task A_broker_that_is_killed_and_comes_back_costs_no_result()
    {
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("AGGREGATOR_OUTAGE_SECONDS"), CultureInfo.InvariantCulture, out int given) ? given : 4;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await broker.StartAsync();
        await using TestTopics topics = await TestTopics.CreateAsync(broker.Servers, 2);
        await using AggregatorProcess process = Start(topics);
        using MetricsClient metrics = await MetricsClient.ConnectAsync(process);
        await process.LineAsync("Reading ");
        Task playing = topics.PlayAsync(TimeSpan.FromSeconds(seconds + 16), 300, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(6), cancellation);

        await broker.KillAsync();
        await process.LineAsync("does not answer");
        Assert.Equal(0, await metrics.SumAsync("aggregator_kafka_connected"));
        (int code, string text) = await metrics.ReadyAsync();
        Assert.Equal((503, $"Aggregator is not ready: Kafka at {broker.Servers} does not answer"), (code, text[..text.IndexOf(": ", "Aggregator is not ready: ".Length, StringComparison.Ordinal)]));
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        await broker.StartAsync();

        await playing;
        await AssertEqualAsync(topics, process);
        Assert.Equal(1, await metrics.SumAsync("aggregator_kafka_connected"));
        Assert.Equal(0, await metrics.SumAsync("aggregator_late_facts_total", "after_idle"));
        Assert.Equal(0, await metrics.SumAsync("aggregator_lost_records_total"));
        Assert.Equal(200, (await metrics.ReadyAsync()).Code);
        topics.IsDone = true;
    }

    [Fact]
    public async Task A_broker_that_hangs_and_goes_on_costs_no_result()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await broker.StartAsync();
        await using BrokerLink link = BrokerLink.Between(broker);
        await using TestTopics topics = await TestTopics.CreateAsync(broker.Servers, 2);
        await using AggregatorProcess process = Start(topics, string.Create(CultureInfo.InvariantCulture, $"Kafka:BootstrapServers=127.0.0.1:{broker.LinkPort}"));
        await process.LineAsync("Reading ");
        // The producer goes on meanwhile, not through the link: what it writes must not be taken for written too late.
        Task playing = topics.PlayAsync(TimeSpan.FromSeconds(20), 300, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellation);

        link.IsHanging = true;
        await Task.Delay(TimeSpan.FromSeconds(8), cancellation);
        link.IsHanging = false;

        await playing;
        await AssertEqualAsync(topics, process);
        topics.IsDone = true;
    }

    /// <summary>AGGREGATOR_ROUND_TRIP_MS says how long each takes (1,000); <c>scripts/faults.sh</c> makes it 5,000.</summary>
    [Fact]
    public async Task Round_trips_of_seconds_cost_time_and_no_result()
    {
        int roundTripMs = int.TryParse(Environment.GetEnvironmentVariable("AGGREGATOR_ROUND_TRIP_MS"), CultureInfo.InvariantCulture, out int given) ? given : 1_000;
        await broker.StartAsync();
        await using BrokerLink link = BrokerLink.Between(broker);
        link.RoundTrip = TimeSpan.FromMilliseconds(roundTripMs);
        await using Lives lives = await Lives.CreateAsync(broker.Servers, 2, 9, "slow round trips", hasFileOfItsOwn: false, ["Kafka:SessionTimeout=00:00:30"],
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.LinkPort}"));
        await lives.WriteAsync();
        await using (AggregatorProcess process = lives.Start())
        {
            long started = Environment.TickCount64;
            using MetricsClient metrics = await MetricsClient.ConnectAsync(process);
            await process.LineAsync("Reading 4 partitions", TimeSpan.FromMilliseconds(60_000 + (20 * roundTripMs)));
            await lives.WriteAsync();
            await MetricsClient.UntilAsync(
                async () => (await metrics.ReadyAsync()).Code == 200 && await metrics.SumAsync("aggregator_commits_total") > 0,
                () => $"results and a commit:\n{process.Text}", TimeSpan.FromMilliseconds(60_000 + (20 * roundTripMs)));
            output.WriteLine($"with round trips of {roundTripMs} ms the first commit came after {Environment.TickCount64 - started} ms");
            Assert.Equal(0, (await process.TerminateAsync(AggregatorProcess.StopBound)).Code);
        }
        link.RoundTrip = TimeSpan.Zero;
        await lives.FinishAsync();
    }

    [Fact]
    public async Task A_broker_that_is_absent_at_the_start_is_waited_for()
    {
        await broker.StartAsync();
        await using TestTopics topics = await TestTopics.CreateAsync(broker.Servers, 2);
        await topics.PlayAsync(TimeSpan.FromSeconds(2), 300, TestContext.Current.CancellationToken);
        await broker.KillAsync();

        await using AggregatorProcess process = Start(topics);
        using MetricsClient metrics = await MetricsClient.ConnectAsync(process);
        await process.LineAsync("does not answer");
        Assert.Equal(0, await metrics.SumAsync("aggregator_kafka_connected"));
        Assert.Equal(503, (await metrics.ReadyAsync()).Code);
        await broker.StartAsync();

        await MetricsClient.UntilAsync(async () => (await metrics.ReadyAsync()).Code == 200, "ready");
        await AssertEqualAsync(topics, process);
        topics.IsDone = true;
    }

    private static AggregatorProcess Start(TestTopics topics, params string[] more) =>
        AggregatorProcess.Start(["run", "--web.listen-address", "127.0.0.1:0", "--output", topics.File("out.jsonl"), .. topics.Arguments([.. Settings, .. more])]);

    private async Task AssertEqualAsync(TestTopics topics, AggregatorProcess process)
    {
        string[] expected = await topics.ReplayAsync(Settings);
        try
        {
            await MetricsClient.UntilAsync(() => Task.FromResult(process.HasEnded || Lines(topics).Length >= expected.Length), "as many lines as replay has");
        }
        catch (TimeoutException)
        {
            // the comparison says what is missing
        }
        Assert.True(expected.SequenceEqual(Lines(topics)), $"{topics.Folder}: {Support.ResultComparer.Difference(expected, Lines(topics))}\n{process.Text}");
        output.WriteLine($"{expected.Length} lines equal to replay's");
    }

    private static string[] Lines(TestTopics topics)
    {
        using FileStream stream = new(topics.File("out.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

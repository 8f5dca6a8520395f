using System.Diagnostics;
using System.Globalization;
using System.Text;
using Aggregator.Core.Generation;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>Instances of one group as real processes, each with an output of its own: what they publish together is what <c>replay</c> gives.</summary>
[Collection(nameof(ProcessTests))]
public sealed class StandbyProcessTests(ITestOutputHelper output)
{
    private const int EventMsOfRound = 20_000;
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task A_standby_takes_over_from_one_that_was_killed_halted_or_stopped_and_the_results_are_complete()
    {
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), 2);
        long eventMs = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds();
        TrafficGenerator traffic = new(new TrafficSettings
        {
            Seed = 5, StartMs = eventMs, Rate = 200, Users = 300, LatencyPartitions = 2, AckPartitions = 2, LateShare = 0.01, DuplicateShare = 0.02, DisorderShare = 0.05,
        });
        await using AggregatorProcess first = Start(topics, 0, 3_600);
        await first.LineAsync("Reading 4 partitions");
        await using AggregatorProcess second = Start(topics, 1, 3_600);
        await second.LineAsync("Standing by: member aggregator@");
        await topics.WriteAsync(traffic, eventMs += EventMsOfRound);
        await PublishedAsync(topics, 0);

        long ended = Stopwatch.GetTimestamp();
        await first.KillAsync();
        await second.LineAsync("Reading 4 partitions");
        Took("SIGKILL", ended);
        await topics.WriteAsync(traffic, eventMs += EventMsOfRound);
        await PublishedAsync(topics, 1);

        await using AggregatorProcess third = Start(topics, 2, 3_600);
        await third.LineAsync("Standing by: member aggregator@");
        ended = Stopwatch.GetTimestamp();
        second.Signal(AggregatorProcess.Stop);
        await third.LineAsync("Reading 4 partitions");
        Took("SIGSTOP", ended);
        await topics.WriteAsync(traffic, eventMs += EventMsOfRound);
        await PublishedAsync(topics, 2);
        second.Signal(AggregatorProcess.Continue);
        await second.LineAsync("Standing by: member aggregator@");
        await topics.WriteAsync(traffic, eventMs += EventMsOfRound);

        await using AggregatorProcess fourth = Start(topics, 3, 2);
        await fourth.LineAsync("Standing by: member aggregator@");
        Assert.Equal(0, (await second.TerminateAsync(AggregatorProcess.StopBound)).Code);
        ended = Stopwatch.GetTimestamp();
        Assert.Equal(0, (await third.TerminateAsync(AggregatorProcess.StopBound)).Code);
        await fourth.LineAsync("Reading 4 partitions");
        Took("SIGTERM", ended);

        string[] expected = await topics.ReplayAsync(Settings(60));
        await UntilAsync(() => Enumerable.Range(0, 4).SelectMany(i => Lines(topics, i)).Distinct().Count() >= expected.Length, "all results");
        Assert.Equal(0, (await fourth.TerminateAsync(AggregatorProcess.StopBound)).Code);
        HashSet<string> published = [];
        for (int i = 0; i < 4; i++)
        {
            string[] lines = Lines(topics, i);
            Assert.Equal(lines.Length, lines.Distinct().Count());
            Assert.Empty(lines.Except(expected));
            published.UnionWith(lines);
        }
        Assert.Empty(expected.Except(published));
        Assert.DoesNotContain(new[] { second, third, fourth }.SelectMany(process => process.Log), line => line.Contains("fail:", StringComparison.Ordinal));
        topics.IsDone = true;
    }

    // How long it takes is for docs/operations.md; that it comes to pass is what holds on a slow machine too.
    private void Took(string what, long since) => output.WriteLine($"taken over after {what}: {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");

    private static Task PublishedAsync(TestTopics topics, int instance) => UntilAsync(() => Lines(topics, instance).Length > 5, $"results of instance {instance}");

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "Waited in vain for " + what);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static string[] Lines(TestTopics topics, int instance)
    {
        string path = Output(topics, instance);
        if (!File.Exists(path))
        {
            return [];
        }
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream, Encoding.UTF8);
        string text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Output(TestTopics topics, int instance) => topics.File(string.Create(CultureInfo.InvariantCulture, $"out-{instance}.jsonl"));

    private static AggregatorProcess Start(TestTopics topics, int instance, int idleSeconds) => AggregatorProcess.Start(
        ["run", "--web.listen-address", "127.0.0.1:0", "--output", Output(topics, instance),
            .. topics.Arguments([.. Settings(idleSeconds), "Kafka:SessionTimeout=" + Session.ToString("c", CultureInfo.InvariantCulture)])]);

    private static string[] Settings(int idleSeconds) =>
    [
        "Aggregation:Window=00:00:01", "Aggregation:AckTimeout=00:00:02", "Aggregation:Lateness=00:00:01",
        "Aggregation:IdleTimeout=" + TimeSpan.FromSeconds(idleSeconds).ToString("c", CultureInfo.InvariantCulture), "Aggregation:Groups=[[\"region\"]]",
    ];
}

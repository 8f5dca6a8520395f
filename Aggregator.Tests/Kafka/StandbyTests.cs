using System.Diagnostics;
using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>Two instances of one group on a real broker: one works, the other waits. The embedded broker does not tell who is in a group.</summary>
public sealed class StandbyTests
{
    public static TheoryData<string, string> Protocols => new()
    {
        { "classic", "cooperative-sticky" },
        { "classic", "range" },
        { "consumer", "" },
    };

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_second_instance_stands_by_and_takes_over_after_a_clean_stop(string protocol, string strategy)
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        KafkaSettings settings = With(kafka, protocol, strategy);
        kafka.Write(settings.LatencyTopic, 0, 0, 100);
        await using var first = new SourceProbe(settings);
        long number = (await first.AssignedAsync(4)).Number;
        await using var second = new SourceProbe(settings);
        await StandsByAsync(second);
        await AskedThreeTimesMoreAsync(second); // a wrong one would join in this time
        Assert.Equal(number, first.Assigned!.Number);
        Assert.Empty(second.Story);

        long stopped = Stopwatch.GetTimestamp();
        first.Source.Complete();
        Assert.True(await first.Source.StopAsync(SourceProbe.Patience));
        Assert.True((await second.AssignedAsync(4)).IsComplete);
        TestContext.Current.TestOutputHelper?.WriteLine($"taken over after {Stopwatch.GetElapsedTime(stopped)}");
        await second.RecordsAsync(100);
        Assert.Null(second.Status.NotReadyReason);
        Assert.DoesNotContain(second.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Single(second.Log.Lines, line => line.Contains("Standing by: member aggregator@", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Of_two_that_joined_at_the_same_moment_one_gets_all_and_the_other_stands_by(string protocol, string strategy)
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        KafkaSettings settings = With(kafka, protocol, strategy);
        kafka.Write(settings.LatencyTopic, 0, 0, 100);
        await using var one = new SourceProbe(settings);
        await using var two = new SourceProbe(settings);
        await using var three = new SourceProbe(settings);
        SourceProbe[] all = [one, two, three];
        await one.UntilAsync(
            () => all.Count(IsComplete) == 1 && all.Count(IsStandingBy) == 2, "one at work and two standing by: " + string.Join(" | ", all.Select(p => p.Status.NotReadyReason)));
        SourceProbe winner = all.Single(IsComplete);
        long number = winner.Assigned!.Number;
        await Task.WhenAll(all.Where(IsStandingBy).Select(AskedThreeTimesMoreAsync)); // whoever flaps does so in this time
        Assert.Equal(number, winner.Assigned?.Number);
        Assert.Equal(2, all.Count(IsStandingBy));
        Assert.All(all, probe => Assert.DoesNotContain(probe.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_restart_with_the_same_instance_id_takes_its_place_at_once()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(2);
        KafkaSettings settings = kafka.Settings with
        {
            SessionTimeout = TimeSpan.FromMinutes(5),
            Properties = new Dictionary<string, string> { ["group.instance.id"] = "one" },
        };
        await using (var first = new SourceProbe(settings))
        {
            await first.AssignedAsync(4);
        }
        // The session timeout is longer than a test waits.
        await using var second = new SourceProbe(settings);
        await second.AssignedAsync(4);
    }

    [Fact]
    public async Task Standing_by_ends_when_told_to()
    {
        RealKafka kafka = await RealKafka.WithTopicsAsync(1);
        await using var first = new SourceProbe(kafka.Settings);
        await first.AssignedAsync(2);
        await using var second = new SourceProbe(kafka.Settings);
        await StandsByAsync(second);
        second.Source.Complete();
        await second.Source.Elements.Completion.WaitAsync(SourceProbe.Patience, TestContext.Current.CancellationToken);
        Assert.True(await second.Source.StopAsync(SourceProbe.Patience));
        Assert.Empty(second.Story);
    }

    [Fact]
    public async Task A_broker_that_knows_no_such_question_is_joined_without_and_that_is_said_once_in_the_debug_log()
    {
        using var kafka = new EmbeddedKafka(partitions: 2);
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.AssignedAsync(4);
        Assert.Single(probe.Log.Lines, line => line.StartsWith("Debug: Who is in group aggregator cannot be asked (", StringComparison.Ordinal));
    }

    private static KafkaSettings With(RealKafka kafka, string protocol, string strategy) => kafka.Settings with
    {
        GroupProtocol = protocol,
        Properties = strategy.Length == 0 ? [] : new Dictionary<string, string> { ["partition.assignment.strategy"] = strategy },
    };

    private static Task StandsByAsync(SourceProbe probe) => probe.UntilAsync(() => IsStandingBy(probe), "standing by");

    /// <summary>Each answer about the group makes a new text of why it stands by, be it the same.</summary>
    private static async Task AskedThreeTimesMoreAsync(SourceProbe probe)
    {
        for (int i = 0; i < 3; i++)
        {
            string? text = probe.Status.NotReadyReason;
            await probe.UntilAsync(() => !ReferenceEquals(text, probe.Status.NotReadyReason), "another look at the group");
        }
        Assert.True(IsStandingBy(probe), probe.Status.NotReadyReason);
    }

    private static bool IsComplete(SourceProbe probe) => probe.Assigned is { IsComplete: true };

    private static bool IsStandingBy(SourceProbe probe) =>
        probe.Status.NotReadyReason is { } reason && reason.StartsWith("standing by: member aggregator@", StringComparison.Ordinal);
}

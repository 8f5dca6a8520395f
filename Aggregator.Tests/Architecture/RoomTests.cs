using System.Reflection;
using Aggregator.Core.Windows;
using NetArchTest.Rules;
using Xunit;

namespace Aggregator.Tests.Architecture;

/// <summary>
/// The rooms of the core and which of them see which: the direction of the arrows is what keeps the core pure. The rooms are namespaces <c>Aggregator.Core.X</c>.
/// </summary>
public class RoomTests
{
    private const string Root = "Aggregator.Core.";

    private static readonly Assembly Core = typeof(WindowAggregator).Assembly;

    /// <summary>What each room sees. A room that is not here may not exist.</summary>
    private static readonly Dictionary<string, string[]> Sees = new()
    {
        ["Tuning"] = [],
        ["Records"] = ["Tuning"],
        ["EventTime"] = [],
        ["Sketches"] = ["Tuning"],
        ["Diagnostics"] = [],
        ["Scheduling"] = [],
        ["Windows"] = ["Records", "EventTime", "Sketches", "Tuning"],
        ["Generation"] = ["Records", "Windows"],
        ["Publishing"] = ["Windows", "Sketches", "Records", "Diagnostics"],
        ["Backfill"] = ["Windows", "Publishing", "Stored"],
        ["RemoteWrite"] = ["Windows", "Sketches", "Diagnostics", "Publishing"],
        ["Stored"] = ["RemoteWrite"],
        ["Comparison"] = ["Windows", "Publishing", "Stored"],
        ["Replay"] = ["Records", "Windows", "EventTime", "Publishing"],
        ["Kafka"] = ["Records", "Diagnostics", "Scheduling"],
        ["Pipeline"] = ["Records", "EventTime", "Sketches", "Diagnostics", "Windows", "Generation", "Publishing", "Backfill", "RemoteWrite", "Replay", "Kafka"],
    };

    /// <summary>What is let in from outside, and into which rooms alone.</summary>
    private static readonly Dictionary<string, string[]> Guests = new()
    {
        ["Confluent.Kafka"] = ["Kafka"],
        ["Prometheus"] = ["Publishing"],
        ["Google.Protobuf"] = ["RemoteWrite"],
        ["Snappier"] = ["RemoteWrite"],
        ["Polly"] = ["RemoteWrite"],
        ["Akka"] = ["Pipeline", "Kafka"],
    };

    public static TheoryData<string> Rooms => [.. Sees.Keys];

    [Fact]
    public void Every_type_of_the_core_is_in_a_room_that_is_known()
    {
        IEnumerable<string> rooms = Core.GetTypes().Where(type => type.Namespace?.StartsWith("Aggregator", StringComparison.Ordinal) == true)
            .Select(type => type.Namespace!.StartsWith(Root, StringComparison.Ordinal) ? type.Namespace[Root.Length..] : type.Namespace).Distinct();

        Assert.Empty(rooms.Except(Sees.Keys));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_sees_no_other_than_it_may(string room)
    {
        string[] hidden = [.. Sees.Keys.Where(other => other != room && !Sees[room].Contains(other)).Select(other => Root + other)];

        Assert.Empty(Seeing(room, hidden));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_has_no_guest_that_belongs_elsewhere(string room)
    {
        string[] unwelcome = [.. Guests.Where(guest => !guest.Value.Contains(room)).Select(guest => guest.Key)];

        Assert.Empty(Seeing(room, unwelcome));
    }

    [Fact]
    public void Nobody_in_the_core_sees_the_host_or_the_web() =>
        Assert.All(Sees.Keys, room => Assert.Empty(Seeing(room, ["Aggregator.Host", "Microsoft.AspNetCore", "System.CommandLine", "Spectre.Console"])));

    /// <summary>That the rules above can fail: they find the arrows that there are.</summary>
    [Theory]
    [InlineData("Windows", Root + "Records")]
    [InlineData("Windows", Root + "EventTime")]
    [InlineData("Windows", Root + "Sketches")]
    [InlineData("Windows", Root + "Tuning")]
    [InlineData("Records", Root + "Tuning")]
    [InlineData("Sketches", Root + "Tuning")]
    [InlineData("Replay", Root + "Windows")]
    [InlineData("Publishing", Root + "Windows")]
    [InlineData("Generation", Root + "Windows")]
    [InlineData("Kafka", Root + "Records")]
    [InlineData("Pipeline", Root + "Kafka")]
    [InlineData("Kafka", "Confluent.Kafka")]
    [InlineData("Kafka", "Akka")]
    [InlineData("Pipeline", "Akka")]
    [InlineData("Publishing", "Prometheus")]
    [InlineData("Backfill", Root + "Publishing")]
    [InlineData("RemoteWrite", Root + "Sketches")]
    [InlineData("Stored", Root + "RemoteWrite")]
    [InlineData("Comparison", Root + "Stored")]
    [InlineData("Backfill", Root + "Stored")]
    [InlineData("RemoteWrite", "Google.Protobuf")]
    [InlineData("RemoteWrite", "Snappier")]
    [InlineData("RemoteWrite", "Polly")]
    public void An_arrow_that_is_there_is_seen(string room, string target) => Assert.NotEmpty(Seeing(room, [target]));

    private static IReadOnlyList<string> Seeing(string room, string[] targets) =>
        Types.InAssembly(Core).That().ResideInNamespace(Root + room).ShouldNot().HaveDependencyOnAny(targets).GetResult().FailingTypeNames ?? [];
}

using System.Text.Json;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Generation;

public class TrafficShapeTests
{
    private static readonly TrafficSettings Ordinary = SomeTraffic.Ordinary;
    private static readonly TrafficSettings Undisturbed = SomeTraffic.Undisturbed;

    [Fact]
    public void Without_disturbance_everything_is_delivered_and_nothing_late_or_twice()
    {
        (IReadOnlyList<Window> windows, string summary) = Truth(Undisturbed);

        Assert.Matches("""^\{"records":\{"ack":20000,"im-latency":20000\},"rejected":\{\},"late":\{\},"duplicates":\{\},"samples_left_out":\{\},"windows":\d\}$""", summary);
        Assert.Equal(20_000, windows.Sum(window => window.Sent));
        Assert.Equal(20_000, windows.Sum(window => window.Delivered));
    }

    [Fact]
    public void Loss_errors_and_duplicates_come_in_their_shares()
    {
        TrafficSettings settings = Undisturbed with { LossShare = 0.05, ErrorShare = 0.1, DuplicateShare = 0.02, SplitShare = 0.2 };
        (IReadOnlyList<Window> windows, string summary) = Truth(settings);
        using var counts = JsonDocument.Parse(summary);

        Assert.InRange(windows.Sum(window => window.Delivered) / 20_000.0, 0.84, 0.86);
        Assert.InRange(windows.Sum(window => window.Errors) / 20_000.0, 0.095, 0.105 * 1.02);
        // received: all but errors and 0.7 of the lost ones
        Assert.InRange(windows.Sum(window => window.Received) / 20_000.0, 0.855, 0.875);
        Assert.InRange(counts.RootElement.GetProperty("duplicates").GetProperty("sent").GetInt64() / 20_000.0, 0.17, 0.22);
        Assert.InRange(counts.RootElement.GetProperty("duplicates").GetProperty("received").GetInt64() / 20_000.0, 0.014, 0.02);
    }

    [Fact]
    public void Records_out_of_order_are_still_in_time_and_late_ones_mostly_not()
    {
        (_, string disorder) = Truth(Undisturbed with { DisorderShare = 0.2 });
        (_, string late) = Truth(Undisturbed with { Messages = 60_000, LateShare = 0.02 });

        Assert.Contains("\"late\":{}", disorder, StringComparison.Ordinal);
        using var counts = JsonDocument.Parse(late);
        Assert.True(counts.RootElement.GetProperty("late").GetProperty("acked").GetInt64() > 200, late);
        Assert.True(counts.RootElement.GetProperty("late").GetProperty("received").GetInt64() > 200, late);
    }

    [Fact]
    public void Only_wrong_clocks_are_ahead_of_the_time_of_writing()
    {
        Assert.Equal(0, Ahead(Ordinary with { SkewShare = 0 }));
        Assert.InRange(Ahead(Ordinary with { SkewShare = 0.05, MaxSkew = TimeSpan.FromSeconds(5) }), 100, 4_000);
    }

    [Fact]
    public void Bad_records_are_rejected_for_every_reason_and_others_never()
    {
        (_, string summary) = Truth(Ordinary with { BadShare = 0.01 });
        using var counts = JsonDocument.Parse(summary);
        JsonElement rejected = counts.RootElement.GetProperty("rejected");

        Assert.Equal(RejectReasons.All.Select(reason => reason.Label()).Order(), rejected.EnumerateObject().Select(reason => reason.Name).Order());
        Assert.InRange(rejected.EnumerateObject().Sum(reason => reason.Value.GetInt64()), 320, 480);
        Assert.Contains("\"rejected\":{}", Truth(Ordinary).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delivery_drop_shows_in_the_delivery_ratio_of_its_time()
    {
        Window[] windows = Incident(IncidentKind.DeliveryDrop);

        Assert.InRange(windows[0].Delivered / (double)windows[0].Sent, 0.999, 1);
        Assert.InRange(windows[1].Delivered / (double)windows[1].Sent, 0.57, 0.63);
        Assert.InRange(windows[2].Delivered / (double)windows[2].Sent, 0.999, 1);
    }

    [Fact]
    public void A_latency_spike_shows_in_the_percentiles_of_its_time()
    {
        Window[] windows = Incident(IncidentKind.LatencySpike);

        Assert.InRange(windows[0].P50, 55, 80);
        Assert.InRange(windows[1].P50, 1_100, 1_600);
        Assert.InRange(windows[2].P50, 55, 80);
    }

    [Fact]
    public void In_a_node_outage_its_users_send_nothing_and_get_nothing()
    {
        (IReadOnlyList<Window> windows, _) = Truth(ThreeMinutes(IncidentKind.NodeOutage), [["node"]]);
        Window[] failing = [.. windows.Where(window => window.Group == """{"node":"im-03"}""")];

        Assert.True(failing[0].Sent > 1_000);
        Assert.Equal(0, failing[1].Sent);
        Assert.True(failing[1].Received < 10);
        Assert.True(failing[2].Sent > 1_000);
    }

    [Fact]
    public void The_day_has_its_peak_in_the_evening()
    {
        TrafficSettings day = Undisturbed with { Messages = null, Duration = TimeSpan.FromMinutes(1), Rate = 200, DailySwing = 0.8 };
        TrafficGenerator morning = new(day with { StartMs = day.StartMs + 8 * 3_600_000 });
        TrafficGenerator evening = new(day with { StartMs = day.StartMs + 20 * 3_600_000 });
        Drain(morning);
        Drain(evening);

        Assert.InRange(morning.Messages, 0.15 * 12_000, 0.25 * 12_000);
        Assert.InRange(evening.Messages, 1.75 * 12_000, 1.85 * 12_000);
    }

    [Fact]
    public void A_few_users_have_much_of_the_traffic_and_most_have_some()
    {
        TrafficGenerator generator = new(Undisturbed with { Messages = 50_000, Users = 1_000 });
        Dictionary<string, int> sent = [];
        while (generator.TryNext(out GeneratedRecord record))
        {
            if (record.Partition.Topic == RecordTopic.Latency)
            {
                using var json = JsonDocument.Parse(record.Value.ToArray());
                string from = json.RootElement.GetProperty("from").GetString()!;
                sent[from] = sent.GetValueOrDefault(from) + 1;
            }
        }

        Assert.InRange(sent.Count, 950, 1_000);
        Assert.InRange(sent.Values.OrderDescending().Take(100).Sum(), 20_000, 30_000);
        Assert.True(sent["u1"] > 20 * sent["u900"]);
    }

    private static Window[] Incident(IncidentKind kind) => [.. Truth(ThreeMinutes(kind)).Windows.Take(3)];

    private static TrafficSettings ThreeMinutes(IncidentKind kind) => Undisturbed with
    {
        Messages = null,
        Duration = TimeSpan.FromMinutes(3),
        Rate = 200,
        Incidents = [new(kind, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1))],
    };

    private static int Ahead(TrafficSettings settings)
    {
        TrafficGenerator generator = new(settings);
        int ahead = 0;
        while (generator.TryNext(out GeneratedRecord record))
        {
            long written = record.TimestampMs;
            using var json = JsonDocument.Parse(record.Value.ToArray());
            bool isAhead = json.RootElement.EnumerateObject().Any(member => member.Name.EndsWith("_ts", StringComparison.Ordinal) && member.Value.GetInt64() > written);
            ahead += isAhead ? 1 : 0;
        }
        return ahead;
    }

    private static void Drain(TrafficGenerator generator)
    {
        while (generator.TryNext(out _))
        {
        }
    }

    private static (IReadOnlyList<Window> Windows, string Summary) Truth(TrafficSettings settings, IReadOnlyList<IReadOnlyList<string>>? groups = null)
    {
        TrafficGenerator generator = new(settings);
        ReferenceAggregator reference = new(new AggregationSettings { Groups = groups ?? [] });
        while (generator.TryNext(out GeneratedRecord record))
        {
            reference.Add(record.Partition, record.Offset, record.TimestampMs, record.HasValue ? record.Value.ToArray() : null);
        }
        reference.Finish();
        return ([.. reference.Lines.Select(Window.Parse)], reference.Summary);
    }

    private sealed record Window(string Group, long Sent, long Delivered, long Received, long Errors, long P50)
    {
        public static Window Parse(string line)
        {
            using var json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            return new(
                root.GetProperty("group").GetRawText(),
                root.GetProperty("sent").GetInt64(),
                root.GetProperty("delivered").GetInt64(),
                root.GetProperty("received").GetInt64(),
                root.GetProperty("ack_errors").EnumerateObject().Sum(code => code.Value.GetInt64()),
                root.TryGetProperty("latency_ms", out JsonElement latency) ? latency.GetProperty("p50").GetInt64() : 0);
        }
    }
}

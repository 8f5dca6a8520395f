using System.Text.Json.Nodes;
using Aggregator.Core.Generation;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>What the limits leave out, and that it does not depend on the order of arrival.</summary>
public class LimitTests
{
    private static readonly AggregationSettings TwoOfEach = new() { Groups = [["region"]], MaxSeries = 2, MaxErrorCodes = 2 };

    [Fact]
    public void The_total_is_never_limited_and_what_is_kept_is_complete() => StreamProperty.Holds(500, (settings, records, random) =>
    {
        settings = settings with { Groups = [["region", "platform"], ["region"]], MaxSeries = 1 + random.Next(3) };
        ReferenceAggregator reference = new(settings);
        foreach (EnvelopeRecord record in records)
        {
            reference.Add(record.Partition, record.Offset, record.TimestampMs, record.Value);
        }
        reference.Finish();
        FoldRun run = FoldRun.InBatches(settings, records, () => 5);
        Dictionary<string, JsonObject> all = reference.Lines.Select(Parse).ToDictionary(Key);
        foreach (JsonObject line in run.Lines.Select(Parse))
        {
            JsonObject whole = all[Key(line)];
            bool isTotal = line["group"]!.AsObject().Count == 0;
            // A group may be kept for what was sent and not for what happened, or the other way round: each part is whole, or not there at all.
            if ((!HasNone(line, "sent") || isTotal) && Differ(line, whole, "sent", "delivered"))
            {
                return $"{line} is {whole}";
            }
            if ((!(HasNone(line, "received") && HasNone(line, "acks") && HasNone(line, "online_users")) || isTotal)
                && Differ(line, whole, "online_users", "received", "acks"))
            {
                return $"{line} is {whole}";
            }
        }
        int totals = reference.Lines.Count(line => line.Contains("\"group\":{},", StringComparison.Ordinal));
        return totals == run.Lines.Count(line => line.Contains("\"group\":{},", StringComparison.Ordinal)) ? null : "windows of the total are missing";
    });

    [Fact]
    public void What_is_kept_and_how_much_is_left_out_do_not_depend_on_the_order_of_arrival() => StreamProperty.Holds(500, (settings, records, random) =>
    {
        settings = settings with { Groups = [["region", "platform"]], MaxSeries = 2, MaxErrorCodes = 1 };
        FoldRun one = FoldRun.Whole(settings, records);
        FoldRun other = FoldRun.InBatches(settings, FoldPropertyTests.Interleave(records, random), () => 1 + random.Next(9));
        return ResultComparer.Difference(one.Lines, other.Lines) ?? ResultComparer.Difference(one.Summary, other.Summary);
    });

    [Fact]
    public void Facts_of_series_over_the_limit_are_counted_each()
    {
        Records records = new();
        for (int i = 0; i < 5; i++)
        {
            // One sent, one activity and one received fact each; and an acknowledgement.
            records.Message($"m{i}", i, 10, "u1", "u2", $",\"region\":\"r{i}\"").Ack($"m{i}", i + 20, "u2", more: $",\"region\":\"r{i}\"");
        }

        FoldRun run = FoldRun.Whole(TwoOfEach, records.All);

        Assert.Equal(3 * 4, run.Counters.Limited(LimitKind.Series));
        Assert.Equal(3, run.Lines.Count);
        Assert.Contains("\"group\":{},\"online_users\":2,\"received\":5,", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains("\"sent\":5,\"delivered\":5,", run.Lines[0], StringComparison.Ordinal);
        Assert.All(run.Lines.Skip(1), line => Assert.Contains("\"acks\":1,\"ack_errors\":{},\"sent\":1,\"delivered\":1,\"delivery_ratio\":1}", line, StringComparison.Ordinal));
        Assert.Contains("\"limited\":{\"series\":12}", run.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_codes_over_the_limit_are_counted_and_the_acknowledgement_stands()
    {
        Records records = new();
        for (int i = 0; i < 5; i++)
        {
            records.Ack($"m{i}", i, $"u{i}", $"E{i}").Ack($"m{i}", i, null, $"E{i}");
        }

        FoldRun run = FoldRun.Whole(TwoOfEach with { Groups = [] }, records.All);

        Assert.Equal(6, run.Counters.Limited(LimitKind.ErrorCodes));
        JsonObject line = Parse(Assert.Single(run.Lines));
        Assert.Equal(5, (int)line["online_users"]!);
        Assert.Equal([2, 2], line["ack_errors"]!.AsObject().Select(code => (int)code.Value!));
    }

    [Fact]
    public void Windows_over_the_limit_are_counted_and_the_open_ones_are_whole()
    {
        Records records = new();
        for (int i = 0; i < 15; i++)
        {
            records.Message($"m{i}", i * 60_000, 5, "u1", "u2", partition: i);
        }
        records.Message("again", 0, 5, "u1", "u3", partition: 0);
        records.Ack("m14", 14 * 60_000);

        FoldRun run = FoldRun.Whole(new() { MaxOpenWindows = 10 }, records.All);

        Assert.Equal(10, run.Lines.Count);
        Assert.Contains("\"online_users\":3,\"received\":2,", run.Lines[0], StringComparison.Ordinal);
        // sent, received and activity of five messages, and an ack
        Assert.Equal(16, run.Counters.Limited(LimitKind.OpenWindows));
    }

    private static JsonObject Parse(string line) => JsonNode.Parse(line)!.AsObject();

    private static string Key(JsonObject line) => $"{line["window_start"]} {line["group"]!.ToJsonString()}";

    private static bool HasNone(JsonObject line, string name) => (long)line[name]! == 0;

    private static bool Differ(JsonObject left, JsonObject right, params string[] names) => names.Any(name => (long)left[name]! != (long)right[name]!);
}

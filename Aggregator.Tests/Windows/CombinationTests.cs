using System.Globalization;
using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>More combinations of dimension values than have a number: the groups of the others are looked up one by one, and after a while all are numbered anew.</summary>
public class CombinationTests
{
    [Fact]
    public void Combinations_without_a_number_give_what_the_naive_fold_gives() => StreamProperty.Holds(400, (settings, records, random) =>
    {
        settings = settings with { Groups = [["platform"], ["region", "platform"], ["region"]], NumberedCombinations = 1 + random.Next(3) };
        return FoldPropertyTests.Difference(settings, records, FoldRun.InBatches(settings, records, () => 1 + random.Next(20)));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public void Numbering_anew_does_not_show(int numbered)
    {
        AggregationSettings settings = new() { Window = TimeSpan.FromSeconds(10), AckTimeout = TimeSpan.FromSeconds(20), Groups = [["region", "platform", "node"], ["platform"]] };
        EnvelopeRecord[] records = Traffic(20_000);
        Random random = new(numbered);
        FoldRun run = FoldRun.InBatches(settings with { NumberedCombinations = numbered }, records, () => random.Next(1, 3_000));

        Assert.True(run.Lines.Count > 100);
        Assert.Null(FoldPropertyTests.Difference(settings, records, run));
    }

    [Fact]
    public void Over_16384_combinations_give_what_the_naive_fold_gives()
    {
        const int Combinations = 20_000;
        AggregationSettings settings = new() { Groups = [["a"], ["a", "b"]], MaxSeries = 2 * Combinations };
        List<EnvelopeRecord> records = [];
        // Each comes again, in a second window too, when all have come.
        for (int i = 0; i < 3 * Combinations; i++)
        {
            long sent = Windows.Records.T0 + i;
            string group = string.Create(CultureInfo.InvariantCulture, $"\"a\":\"a{i % Combinations % 200}\",\"b\":\"b{i % Combinations / 200}\"");
            Add(RecordTopic.Latency, $$"""{"msg_id":"m{{i}}","from":"u{{i % 700}}","to":"u{{i % 900}}","send_ts":{{sent}},"latency":{{i % 300}},{{group}}}""");
            Add(RecordTopic.Ack, $$"""{"msg_id":"m{{i}}","uid":"u{{i % 900}}","ack_ts":{{sent + 20}},{{group}}}""");
        }

        FoldRun run = FoldRun.InBatches(settings, records, () => 4_096);

        Assert.True(run.Lines.Count > Combinations);
        Assert.Null(FoldPropertyTests.Difference(settings, records, run));

        void Add(RecordTopic topic, string value) => records.Add(new(new(topic, 0), records.Count, RecordBatch.NoTimestamp, Encoding.UTF8.GetBytes(value)));
    }

    private static EnvelopeRecord[] Traffic(long messages)
    {
        TrafficGenerator traffic = new(new TrafficSettings { Rate = 500, Messages = messages, BadShare = 0.01 });
        List<EnvelopeRecord> records = [];
        while (traffic.TryNext(out GeneratedRecord record))
        {
            records.Add(new(record.Partition, record.Offset, record.TimestampMs, record.HasValue ? record.Value.ToArray() : null));
        }
        return [.. records];
    }
}

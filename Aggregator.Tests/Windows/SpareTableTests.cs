using System.Text;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>Windows that use the memory of those before them.</summary>
public class SpareTableTests
{
    private static readonly AggregationSettings Settings = new() { Groups = [["region"], ["region", "platform"]] };

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 7, false)]
    [InlineData(3, 70, false)]
    [InlineData(4, 1, true)]
    [InlineData(5, 7, true)]
    public void Groups_that_come_go_and_come_again_hold_nothing_of_earlier_windows(int seed, int timeoutWindows, bool isLimited)
    {
        Random random = new(seed);
        List<EnvelopeRecord> records = [];
        for (int window = 0, offset = 0; window < 120; window++)
        {
            // Many ids or few; some windows without any; regions of the moment, more than there is room for; groups, users and codes of one window only.
            int messages = window % 11 == 10 ? 0 : random.Next(3) == 0 ? 2_000 : random.Next(1, 60);
            for (int i = 0; i < messages; i++)
            {
                long sent = Records.T0 + (window * 60_000L) + (i * 60_000L / messages);
                string group = $"\"region\":\"r{random.Next(4) + (window / 7 * 2)}\",\"platform\":\"p{random.Next(3)}\"";
                Add(RecordTopic.Latency, sent, $$"""{"msg_id":"m{{(i % 9 == 8 ? random.Next(2_000) : offset)}}","from":"u{{random.Next(400)}}","to":"v{{window}}","send_ts":{{sent}},"latency":{{random.Next(7_000)}},{{group}}}""");
                Add(RecordTopic.Ack, sent, $$"""{"msg_id":"m{{offset - 2}}","uid":"u{{i}}","code":"{{(i % 4 == 0 ? $"E{window + random.Next(5)}" : "OK")}}","ack_ts":{{sent + random.Next(90_000)}},{{group}}}""");
            }

            void Add(RecordTopic topic, long timestamp, string value) => records.Add(new(new(topic, 0), offset++, timestamp, Encoding.UTF8.GetBytes(value)));
        }

        AggregationSettings settings = Settings with { AckTimeout = TimeSpan.FromMinutes(timeoutWindows), MaxOpenWindows = 1_000 };
        settings = isLimited ? settings with { MaxSeries = 9, MaxErrorCodes = 3 } : settings;
        FoldRun run = FoldRun.InBatches(settings, records, () => random.Next(1, 500));

        Assert.NotEqual(0, run.Aggregator.SpareBytes);
        Assert.Equal(isLimited, run.Counters.Limited(LimitKind.Series) > 0);
        Assert.Equal(isLimited, run.Counters.Limited(LimitKind.ErrorCodes) > 0);
        if (!isLimited)
        {
            Assert.Null(FoldPropertyTests.Difference(settings, records, run));
        }
        // Where all windows are open at once, each has memory of its own.
        FoldRun whole = FoldRun.Whole(settings, records);
        Assert.Equal(whole.Lines, run.Lines);
        Assert.Equal(whole.Counters.Save(), run.Counters.Save());
    }

    [Fact]
    public void A_window_after_many_allocates_less_than_a_byte_a_record_for_tables_and_results()
    {
        WindowAggregator aggregator = new(new() { Groups = Settings.Groups }, new(), new());
        for (int window = 0; window < 6; window++)
        {
            Fold(aggregator, window, 40_000);
        }

        RecordBatch[] batches = Batches(6, 40_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fold(aggregator, batches);
        Advance(aggregator, 6);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, batches.Sum(batch => batch.Count));
    }

    [Fact]
    public void Tables_of_large_windows_go_when_small_ones_follow()
    {
        WindowAggregator aggregator = new(Settings, new(), new());
        for (int window = 0; window < 4; window++)
        {
            Fold(aggregator, window, 40_000);
        }
        long large = aggregator.SpareBytes;
        // 10 bytes an id and 5 more for each set; a few such tables.
        Assert.InRange(large, 40_000 * 20, 4 * 40_000 * 20 * 9 / 8);
        for (int window = 4; window < 48; window++)
        {
            Fold(aggregator, window, 400);
        }

        Assert.InRange(aggregator.SpareBytes, 400 * 20, large / 50);
    }

    private static void Fold(WindowAggregator aggregator, int window, int messages)
    {
        Fold(aggregator, Batches(window, messages));
        Advance(aggregator, window);
    }

    private static void Fold(WindowAggregator aggregator, RecordBatch[] batches) => Array.ForEach(batches, aggregator.Fold);

    private static void Advance(WindowAggregator aggregator, int window) => aggregator.Advance(Records.T0 + ((window + 1) * 60_000L) - 5_000);

    private static RecordBatch[] Batches(int window, int messages)
    {
        List<RecordBatch> batches = [];
        for (int i = 0; i < messages; i++)
        {
            if (batches.Count == 0 || batches[^1].Count > 4_090)
            {
                batches.Add(new());
            }
            long sent = Records.T0 + (window * 60_000L) + (i * 50_000L / messages);
            string group = $"\"region\":\"r{i % 4}\",\"platform\":\"p{i % 3}\"";
            Add(RecordTopic.Latency, $$"""{"msg_id":"{{window}}-{{i}}","from":"u{{i % 5_000}}","send_ts":{{sent}},"latency":{{i % 900}},{{group}}}""");
            Add(RecordTopic.Ack, $$"""{"msg_id":"{{window}}-{{i}}","uid":"u{{i % 5_000}}","code":"{{(i % 9 == 0 ? "E1" : "OK")}}","ack_ts":{{sent + 20}},{{group}}}""");
        }
        return [.. batches];

        void Add(RecordTopic topic, string value) =>
            batches[^1].Add(new(topic, 0), (window * 1_000_000L) + (batches.Count * 10_000L) + batches[^1].Count, RecordBatch.NoTimestamp, Encoding.UTF8.GetBytes(value));
    }
}

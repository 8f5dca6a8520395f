using System.Globalization;
using System.Text;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>Folding costs no memory per record once a window's tables have their size: they grow with the ids, users and groups of a window, not with its records.</summary>
public class AllocationTests
{
    private const int Messages = 60_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Folding_allocates_nothing_per_record(int dimensionSets)
    {
        IReadOnlyList<string>[] sets = [["region"], ["region", "platform"]];
        WindowAggregator aggregator = new(new() { Groups = sets[..dimensionSets] }, new(), new());
        // A window before it gives the tables their size, as it does in the service.
        Fold(aggregator, Traffic(0, 0, Messages));
        Fold(aggregator, Traffic(60_000, Messages, Messages / 10));
        RecordBatch[] batches = Traffic(61_000, Messages + (Messages / 10), Messages * 8 / 10);
        Assert.True(batches.Sum(batch => batch.Count) >= 90_000);

        long[] allocated = [.. batches.Chunk(5).Select(few => AllocatedBy(() => Fold(aggregator, few)))];

        // The runtime now and then takes some hundred bytes in the name of the thread, as when it replaces code while it runs: not in each part, as the fold would, and
        // no table of a window, which would be larger.
        Assert.Equal(0, allocated.Min());
        Assert.InRange(allocated.Sum(), 0, 10_000);
    }

    [Fact]
    public void Decoding_escaped_and_odd_records_allocates_next_to_nothing()
    {
        RecordDecoder decoder = new(new(), ["region"], TimeSpan.FromMinutes(5));
        DecodedRecord record = new(1);
        byte[][] values =
        [
            .. new[]
            {
                """{"msg_id":"\u006d1","send_ts":1767225600000,"latency":49.25,"from":"\ud83d\ude00","to":7,"region":true,"x":[{"y":"\n"}]}""",
                """{"send_ts":1767225600000,"msg_id":10086,"latency":1e400,"recv_ts":1767225600000}""",
                """{"msg_id":"m"}""",
                """{"msg_id":"m","send_ts":1}""",
                """{"msg_id":1.5,"send_ts":1}""",
            }.Select(Encoding.UTF8.GetBytes),
        ];
        for (int i = 0; i < 20; i++)
        {
            Decode();
        }

        // Less than a byte a record: one in 256 of the records whose shape cannot be learned is looked at again, in case producers have changed.
        Assert.InRange(
            AllocatedBy(() =>
            {
                for (int i = 0; i < 2_000; i++)
                {
                    Decode();
                }
            }),
            0,
            10_000);

        void Decode()
        {
            foreach (byte[] value in values)
            {
                decoder.Decode(RecordTopic.Latency, value, RecordBatch.NoTimestamp, record);
            }
        }
    }

    private static long AllocatedBy(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Fold(WindowAggregator aggregator, RecordBatch[] batches)
    {
        foreach (RecordBatch batch in batches)
        {
            aggregator.Fold(batch);
        }
    }

    /// <summary>Messages with their acknowledgements, over 10 s of a window: duplicates, error codes, absent members among them.</summary>
    private static RecordBatch[] Traffic(long fromMs, int firstId, int messages)
    {
        List<RecordBatch> batches = [];
        for (int i = 0; i < messages; i++)
        {
            if (batches.Count == 0 || batches[^1].Count > 4_090)
            {
                batches.Add(new());
            }
            long sent = Windows.Records.T0 + fromMs + ((long)i * 10_000 / messages);
            string group = $"\"region\":\"r{i % 7}\",\"platform\":\"p{i % 3}\"";
            string to = i % 11 == 0 ? "" : $"\"to\":\"u{(i + 1) % 500}\",";
            string code = i % 5 == 0 ? $"\"code\":\"E{i % 4}\"," : "";
            Add(RecordTopic.Latency, $$"""{"msg_id":"m{{firstId + i}}","from":"u{{i % 500}}",{{to}}"send_ts":{{sent}},"latency":{{i % 900}},{{group}}}""");
            Add(RecordTopic.Ack, $$"""{"msg_id":"m{{firstId + i}}","uid":"u{{i % 500}}",{{code}}"ack_ts":{{sent + 20}},{{group}}}""");
            if (i % 10 == 0)
            {
                Add(RecordTopic.Latency, $$"""{"msg_id":"m{{firstId + i}}","from":"u1","send_ts":{{sent}},"recv_ts":{{sent + 9}},{{group}}}""");
            }
        }
        return [.. batches];

        void Add(RecordTopic topic, string value) =>
            batches[^1].Add(new(topic, 0), batches.Count * 10_000L + batches[^1].Count, RecordBatch.NoTimestamp, Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
    }
}

using System.Text;
using System.Text.Json;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Generation;

public class TrafficGeneratorTests
{
    private static readonly TrafficSettings Ordinary = SomeTraffic.Ordinary;
    private static readonly TrafficSettings Undisturbed = SomeTraffic.Undisturbed;

    [Fact]
    public void The_same_settings_give_the_same_bytes()
    {
        TrafficSettings settings = Ordinary with { BadShare = 0.01, DailySwing = 0.5, Incidents = [new(IncidentKind.DeliveryDrop, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5))] };

        Assert.Equal(Lines(settings), Lines(settings with { Seed = 1 }));
        Assert.NotEqual(Lines(settings), Lines(settings with { Seed = 2 }));
    }

    [Fact]
    public void Looking_at_the_next_time_changes_nothing()
    {
        TrafficGenerator watched = new(Ordinary);
        List<string> lines = [];
        using EnvelopeWriter writer = new("im-latency", "ack");
        while (watched.NextTimestampMs is { } next)
        {
            Assert.True(watched.TryNext(out GeneratedRecord record));
            Assert.Equal(next, record.TimestampMs);
            lines.Add(Encoding.UTF8.GetString(writer.Line(record)));
        }

        Assert.Equal(Lines(Ordinary), lines);
    }

    [Fact]
    public void Records_come_in_the_order_of_writing_with_the_offsets_and_partitions_that_Kafka_gives()
    {
        TrafficGenerator generator = new(Ordinary with { LatencyPartitions = 3, AckPartitions = 5 });
        Dictionary<PartitionId, long> next = [];
        long before = 0;
        while (generator.TryNext(out GeneratedRecord record))
        {
            Assert.True(record.TimestampMs >= before);
            before = record.TimestampMs;
            Assert.Equal(next.GetValueOrDefault(record.Partition), record.Offset);
            next[record.Partition] = record.Offset + 1;
            Assert.Equal(Murmur2Partitioner.PartitionOf(record.Key, record.Partition.Topic == RecordTopic.Latency ? 3 : 5), record.Partition.Partition);
        }

        Assert.Equal(8, next.Count);
        Assert.Equal(generator.Records, next.Values.Sum());
        Assert.Equal(20_000, generator.Messages);
    }

    [Fact]
    public void A_message_is_a_latency_record_and_an_ack_as_producers_write_them()
    {
        TrafficGenerator generator = new(Undisturbed with { Messages = 1 });
        Assert.True(generator.TryNext(out GeneratedRecord latency));
        Assert.Matches(
            """^\{"msg_id":"[0-9a-f]{16}","from":"u\d+","to":"u\d+","send_ts":17672256\d{5},"recv_ts":17672256\d{5},"latency":\d+,"region":"[a-z-]+","platform":"[a-z]+","node":"im-\d\d"\}$""",
            Encoding.UTF8.GetString(latency.Value));
        using var sent = JsonDocument.Parse(latency.Value.ToArray());
        Assert.Equal(Encoding.UTF8.GetString(latency.Key), sent.RootElement.GetProperty("msg_id").GetString());
        Assert.Equal(
            sent.RootElement.GetProperty("recv_ts").GetInt64(), sent.RootElement.GetProperty("send_ts").GetInt64() + sent.RootElement.GetProperty("latency").GetInt64());

        Assert.True(generator.TryNext(out GeneratedRecord ack));
        Assert.Matches(
            """^\{"msg_id":"[0-9a-f]{16}","uid":"u\d+","ack_ts":17672256\d{5},"code":"OK","region":"[a-z-]+","platform":"[a-z]+","node":"im-\d\d"\}$""",
            Encoding.UTF8.GetString(ack.Value));
        using var acked = JsonDocument.Parse(ack.Value.ToArray());
        Assert.Equal(sent.RootElement.GetProperty("msg_id").GetString(), acked.RootElement.GetProperty("msg_id").GetString());
        Assert.Equal(sent.RootElement.GetProperty("to").GetString(), acked.RootElement.GetProperty("uid").GetString());
        Assert.False(generator.TryNext(out _));
        Assert.Null(generator.NextTimestampMs);
    }

    [Fact]
    public void Fields_and_dimensions_bear_the_names_of_the_settings()
    {
        TrafficGenerator generator = new(Undisturbed with
        {
            Messages = 1,
            Dimensions = ["node"],
            Fields = new() { MsgId = "id\"", SendTs = "sent", RecvTs = "got", Latency = "ms", From = "a", To = "b", Dimensions = new Dictionary<string, string> { ["node"] = "n" } },
        });
        Assert.True(generator.TryNext(out GeneratedRecord record));
        Assert.Matches("""^\{"id\\u0022":"[0-9a-f]+","a":"u\d+","b":"u\d+","sent":\d+,"got":\d+,"ms":\d+,"n":"im-\d\d"\}$""", Encoding.UTF8.GetString(record.Value));
    }

    [Fact]
    public void A_batch_is_filled_with_keys_and_tombstones()
    {
        TrafficSettings settings = Ordinary with { BadShare = 0.05 };
        TrafficGenerator filling = new(settings);
        TrafficGenerator single = new(settings);
        RecordBatch batch = new(1_000);
        Assert.Equal(1_000, filling.Fill(batch));
        for (int i = 0; i < batch.Count; i++)
        {
            Assert.True(single.TryNext(out GeneratedRecord record));
            Assert.Equal(record.Partition, batch.Partitions[i]);
            Assert.Equal(record.Offset, batch.Offsets[i]);
            Assert.Equal(record.TimestampMs, batch.Timestamps[i]);
            Assert.Equal(record.HasValue, batch.HasValue(i));
            Assert.True(record.Value.SequenceEqual(batch.Value(i)));
            Assert.True(record.Key.SequenceEqual(batch.Key(i)));
        }
        Assert.Contains(Enumerable.Range(0, batch.Count), i => !batch.HasValue(i));
    }

    [Fact]
    public void Steady_state_allocates_nothing_for_a_record()
    {
        TrafficGenerator generator = new(Undisturbed with { Messages = 200_000 });
        for (int i = 0; i < 100_000; i++)
        {
            Assert.True(generator.TryNext(out _));
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            generator.TryNext(out _);
        }

        // tables of waiting records may still grow once
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Settings_that_cannot_be_are_all_named()
    {
        TrafficSettings settings = new() { Rate = 0, Users = 1, LossShare = 0.6, ErrorShare = 0.6, Dimensions = ["region", "city"] };

        Assert.Equal(
            [
                "the rate is 0; it must be over 0 and at most 10000000 messages a second",
                "the number of users is 1; it must be from 2 to 100000000",
                "the share of lost messages and errors together is 1.2; it must be from 0 to 1",
                "the dimension 'city' is unknown; known are region, platform, node",
            ],
            settings.Problems());
        Assert.Throws<ArgumentException>(() => new TrafficGenerator(settings));
        Assert.Empty(new TrafficSettings().Problems());
    }

    private static List<string> Lines(TrafficSettings settings)
    {
        TrafficGenerator generator = new(settings);
        using EnvelopeWriter writer = new("im-latency", "ack");
        List<string> lines = [];
        while (generator.TryNext(out GeneratedRecord record))
        {
            lines.Add(Encoding.UTF8.GetString(writer.Line(record)));
        }
        return lines;
    }
}

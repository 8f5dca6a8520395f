using System.Text;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Records;

public class RecordBatchTests
{
    private static readonly PartitionId Latency = new(RecordTopic.Latency, 3);

    [Fact]
    public void It_gives_back_what_it_was_given_over_any_growth()
    {
        RecordBatch batch = new(100, 16);
        for (int i = 0; i < 100; i++)
        {
            batch.Add(new(RecordTopic.Ack, i), i * 10, i - 1, Encoding.UTF8.GetBytes(new string('v', i * 7)), key: Encoding.UTF8.GetBytes($"k{i}"), hasKey: i % 2 == 0);
        }

        Assert.True(batch.IsFull);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(new string('v', i * 7), Encoding.UTF8.GetString(batch.Value(i)));
            Assert.Equal($"k{i}", Encoding.UTF8.GetString(batch.Key(i)) is { Length: > 0 } key ? key : $"k{i}");
            Assert.Equal(i % 2 == 0, batch.HasKey(i));
            Assert.Equal(new PartitionId(RecordTopic.Ack, i), batch.Partitions[i]);
            Assert.Equal(i * 10, batch.Offsets[i]);
            Assert.Equal(i - 1, batch.Timestamps[i]);
        }
        Assert.Throws<InvalidOperationException>(() => batch.Add(Latency, 0, 0, []));
    }

    [Fact]
    public void Records_of_another_batch_are_taken_over_as_far_as_there_is_room()
    {
        RecordBatch other = new(7);
        for (int i = 0; i < 7; i++)
        {
            other.Add(new(RecordTopic.Ack, i), i * 10, i - 1, Encoding.UTF8.GetBytes(new string('v', i * 30)), hasValue: i != 3, key: Encoding.UTF8.GetBytes($"k{i}"), hasKey: i % 2 == 0);
        }
        RecordBatch batch = new(5, 16);
        batch.Add(Latency, 99, 98, "first"u8);

        Assert.Equal(4, batch.AddFrom(other, 1));
        Assert.Equal(0, batch.AddFrom(other, 5));
        Assert.Equal("first", Encoding.UTF8.GetString(batch.Value(0)));
        for (int i = 1; i < 5; i++)
        {
            Assert.Equal(new string('v', i == 3 ? 0 : i * 30), Encoding.UTF8.GetString(batch.Value(i)));
            Assert.Equal(i % 2 == 0 ? $"k{i}" : "", Encoding.UTF8.GetString(batch.Key(i)));
            Assert.Equal((i != 3, i % 2 == 0), (batch.HasValue(i), batch.HasKey(i)));
            Assert.Equal((new PartitionId(RecordTopic.Ack, i), i * 10, i - 1), (batch.Partitions[i], batch.Offsets[i], batch.Timestamps[i]));
        }

        batch.Clear();
        Assert.Equal(2, batch.AddFrom(other, 5));
        Assert.Equal(0, batch.AddFrom(other, 7));
        Assert.Equal([50, 60], batch.Offsets.ToArray());
        batch.RemoveLast();
        batch.Add(Latency, 1, 2, "last"u8);
        Assert.Equal((new string('v', 150), "last"), (Encoding.UTF8.GetString(batch.Value(0)), Encoding.UTF8.GetString(batch.Value(1))));
    }

    [Fact]
    public void No_value_and_an_empty_one_are_told_apart()
    {
        RecordBatch batch = new(4);
        batch.Add(Latency, 0, 0, default, hasValue: false);
        batch.Add(Latency, 1, 0, default);

        Assert.False(batch.HasValue(0));
        Assert.True(batch.HasValue(1));
        Assert.True(batch.Value(0).IsEmpty && batch.Value(1).IsEmpty);
    }

    [Fact]
    public void Cleared_it_is_as_new_and_keeps_no_huge_array()
    {
        RecordBatch batch = new(2, 16);
        batch.Append(Latency, 0, 0, 3 * RecordBatch.KeptDataBytes).Fill(1);
        batch.Clear();
        batch.Add(Latency, 5, 6, "x"u8);

        Assert.Equal(1, batch.Count);
        Assert.Equal(1, batch.DataLength);
        Assert.Equal("x", Encoding.UTF8.GetString(batch.Value(0)));
    }

    [Theory]
    [InlineData(RecordTopic.Latency, 0, 0)]
    [InlineData(RecordTopic.Ack, 0, 1)]
    [InlineData(RecordTopic.Ack, 7, 15)]
    public void Partitions_of_both_topics_share_one_row_of_numbers(RecordTopic topic, int partition, int index)
    {
        PartitionId id = new(topic, partition);
        Assert.Equal(index, id.Index);
        Assert.Equal(id, PartitionId.FromIndex(index));
        Assert.Equal((topic, partition), (id.Topic, id.Partition));
    }
}

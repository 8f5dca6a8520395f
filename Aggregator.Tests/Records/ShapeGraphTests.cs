using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>Where there are more shapes than a tree has room for, what may follow a field is learned whatever stood before it.</summary>
public class ShapeGraphTests
{
    private static readonly string[] Fields =
    [
        "\"from\":\"u1\"", "\"to\":\"u2\"", "\"to\":null", "\"latency\":5", "\"region\":\"eu\"", "\"region\":true", "\"platform\":null", "\"a\":true", "\"b\":1.5",
        "\"c\":\"x\"", "\"d\":{\"e\":[1]}", "\"a name of an unknown field that is longer than one vector\":\"y\"", "\"another name of an unknown field, much longer than one vector is\":2",
        "\"f\":[]", "\"g\":null", "\"h\" : 7", "\"recv_ts\":1767225601040", "\"region\":\"us\"",
    ];

    // Allowed only where the same field follows once more.
    private static readonly string[] OfOtherTypes = ["\"msg_id\":true", "\"msg_id\":\"\"", "\"latency\":\"soon\"", "\"from\":1.5", "\"to\":false", "\"region\":2.5"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_choice_of_fields_is_read_without_the_general_reader_in_the_end(bool inAnyOrder)
    {
        TrafficRandom random = new(1);
        DecoderPair pair = new();
        Decode(8_000);
        long learned = pair.Fallbacks;
        Assert.InRange(learned, 100, 2_000);
        Decode(2_000);
        Assert.InRange(pair.Fallbacks, learned, learned + 10);

        void Decode(int records)
        {
            for (int i = 0; i < records; i++)
            {
                pair.AssertAgree(RecordTopic.Latency, Choice(random, inAnyOrder), RecordBatch.NoTimestamp);
            }
        }
    }

    [Theory]
    [InlineData("""{"msg_id":"m1","from":"u1"}""")]
    [InlineData("""{"from":"u1","msg_id":"m1"}""")]
    [InlineData("""{"from":"u1","send_ts":1767225601000}""")]
    [InlineData("""{"msg_id":"m1","from":"u1","msg_id":"m2","send_ts":1767225601000}""")]
    [InlineData("""{"msg_id":"m1","to":"u2","to":null,"send_ts":1767225601000,"to":"u3"}""")]
    public void Ways_that_no_record_went_are_judged_as_any_record(string value)
    {
        TrafficRandom random = new(1);
        DecoderPair pair = new();
        for (int i = 0; i < 8_000; i++)
        {
            pair.AssertAgree(RecordTopic.Latency, Choice(random, inAnyOrder: true), RecordBatch.NoTimestamp);
        }
        pair.AssertAgree(RecordTopic.Latency, Encoding.UTF8.GetBytes(value), RecordBatch.NoTimestamp);
    }

    [Theory]
    [InlineData(1, 20_000)]
    public void Both_ways_agree_where_fields_come_again_with_values_of_other_types(ulong seed, int records) => FuzzTime.Repeat(round =>
    {
        TrafficRandom random = new(seed + round);
        DecoderPair pair = new();
        for (int i = 0; i < records; i++)
        {
            pair.AssertAgree(RecordTopic.Latency, Choice(random, inAnyOrder: true, [.. Fields, .. OfOtherTypes]), RecordBatch.NoTimestamp);
        }
        return records;
    });

    [Theory]
    [InlineData(1, 20_000)]
    public void Both_ways_agree_on_mutated_choices(ulong seed, int records) => FuzzTime.Repeat(round =>
    {
        TrafficRandom random = new(seed + round);
        DecoderPair pair = new();
        for (int i = 0; i < records; i++)
        {
            byte[] value = Choice(random, inAnyOrder: true);
            pair.AssertAgree(RecordTopic.Latency, value, RecordBatch.NoTimestamp);
            pair.AssertAgree(RecordTopic.Latency, DecoderPair.Mutate(value, random), RecordBatch.NoTimestamp);
        }
        return 2L * records;
    });

    private static byte[] Choice(TrafficRandom random, bool inAnyOrder, string[]? optional = null)
    {
        List<string> fields = ["\"msg_id\":\"m1\"", "\"send_ts\":1767225601000", .. (optional ?? Fields).Where(_ => random.Happens(0.5))];
        for (int i = fields.Count - 1; i > 0 && inAnyOrder; i--)
        {
            int other = (int)(random.Bits() % (ulong)(i + 1));
            (fields[i], fields[other]) = (fields[other], fields[i]);
        }
        return Encoding.UTF8.GetBytes("{" + string.Join(',', fields) + "}");
    }
}

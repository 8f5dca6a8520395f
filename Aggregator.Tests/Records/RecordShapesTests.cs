using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>
/// The two ways to find fields must agree on every input: by the shapes of earlier records, and by the general reader. <c>scripts/fuzz.sh</c> looks longer.
/// </summary>
public class RecordShapesTests
{
    private static readonly string[] Shapes =
    [
        """{"msg_id":"m1","send_ts":1767225601000}""",
        """{ "send_ts" : 1767225601000 , "msg_id" : "m1" , "recv_ts" : 1767225601040 }""",
        """{"msg_id":10086,"from":42,"to":"u2","send_ts":1767225601000,"latency":45.25,"region":"cn","platform":"ios","node":"n1"}""",
        """{"msg_id":"m1","from":"用户","to":null,"send_ts":1767225601000,"latency":1e2,"extra":true,"more":-0.5e-3}""",
        """{"msg_id":"m\u0041","from":"a\\b","send_ts":1767225601000,"x":{"y":[1,2]},"recv_ts":1767225601040}""",
        """{"msg_id":"m1","msg_id":"m2","send_ts":1767225601000}""",
        "{\"msg_id\":\"m1\",\"send_ts\":1767225601000,\"region\":\"\",\"from\":\"\"}\n",
        """{"msg_id":"m1","uid":"u2","ack_ts":1767225601100,"code":"OK","region":"eu"}""",
        """{"msg_id":"m1","uid":"u2","ack_ts":1767225601100,"code":0,"platform":true}""",
        """{"ack_ts":1767225601100,"code":"E_OFFLINE","msg_id":"m1"}""",
        """{"msg_id":"0123456789abcdef0123456789abcdef-0123","from":"a rather long name of a user, longer than one vector","send_ts":1767225601000,"latency":0.5}""",
        """{"msg_id":"m1","send_ts":1767225601000,"a name of an unknown field that is longer than one vector":"x","latency":-7}""",
        """{"msg_id":"m1","send_ts":1767225601000,"region":true,"platform":false,"node":"\u00e9"}""",
        """{"msg_id":"m1","send_ts":1767225601000,"latency":12345678.4999,"recv_ts":1767225601040}""",
        """{"msg_id":"m1","send_ts":999999999999}""",
        """{"msg_id":"m1","x":true,"to":"u2","to":null,"send_ts":1767225601000,"y":null,"region":"eu","region":false}""",
        """{"msg_id":"m1","device":{"os":"ios","at":[1,-2.5e3,null,true,"a\"b"]},"send_ts":1767225601000,"tags":[],"to":"u2"}""",
    ];

    [Fact]
    public void A_shape_is_learned_from_the_first_record_and_read_without_the_general_reader_from_then_on()
    {
        RecordDecoder decoder = new(new FieldNames(), DecoderPair.Dimensions, TimeSpan.FromMinutes(5));
        DecodedRecord record = new(DecoderPair.Dimensions.Length);
        for (int i = 0; i < 100; i++)
        {
            byte[] value = Encoding.UTF8.GetBytes($$"""{"msg_id":"m{{i}}","from":"u{{i % 7}}","send_ts":17672256{{i:00}}000,"latency":{{i}},"region":"r{{i % 3}}"}""");
            Assert.Equal(RejectReason.None, decoder.Decode(RecordTopic.Latency, value, RecordBatch.NoTimestamp, record));
            Assert.Equal(i, record.SampleMs);
            Assert.Equal($"r{i % 3}", decoder.DimensionText(value, record, 0));
        }
        Assert.Equal(1, decoder.Fallbacks);
    }

    [Fact]
    public void Endless_new_shapes_are_still_decoded()
    {
        DecoderPair pair = new();
        for (int i = 0; i < 2_000; i++)
        {
            pair.AssertAgree(RecordTopic.Latency, Encoding.UTF8.GetBytes($$"""{"f{{i}}":1,"msg_id":"m1","send_ts":1767225601000}"""), RecordBatch.NoTimestamp);
        }
        Assert.Equal(2_000, pair.Fallbacks);
    }

    /// <summary>Optional fields make many shapes, which share their beginnings.</summary>
    [Fact]
    public void Every_combination_of_optional_fields_is_learned_once()
    {
        string[] optional = ["\"from\":\"u1\"", "\"to\":\"u2\"", "\"latency\":5", "\"region\":\"eu\"", "\"platform\":true", "\"x\":null"];
        DecoderPair pair = new();
        for (int round = 0; round < 3; round++)
        {
            for (int choice = 0; choice < 1 << optional.Length; choice++)
            {
                string fields = string.Concat(optional.Where((_, i) => (choice >> i & 1) != 0).Select(field => "," + field));
                pair.AssertAgree(RecordTopic.Latency, Encoding.UTF8.GetBytes($$"""{"msg_id":"m{{choice}}","send_ts":1767225601000{{fields}}}"""), RecordBatch.NoTimestamp);
            }
        }
        Assert.Equal(1 << optional.Length, pair.Fallbacks);
    }

    [Theory]
    [InlineData("""{"msg_id":"m\n1","send_ts":1767225601000}""", """{"msg_id":"\ud83d\ude00","send_ts":1767225602000}""")]
    [InlineData("""{ "send_ts" : 1767225601000 , "msg_id":"1" }""", """{ "send_ts" : 1767225601001 , "msg_id":"用户" }""")]
    [InlineData("""{"msg_id":"1","send_ts":1767225601000,"latency":5}""", """{"msg_id":"1","send_ts":1767225601000,"latency":-1.5e1}""")]
    [InlineData("""{"msg_id":7,"send_ts":1767225601000,"region":"a"}""", """{"msg_id":8,"send_ts":1767225601000,"region":""}""")]
    public void Records_of_one_shape_need_the_general_reader_once(string first, string second)
    {
        DecoderPair pair = new();
        pair.AssertAgree(RecordTopic.Latency, Encoding.UTF8.GetBytes(first), RecordBatch.NoTimestamp);
        pair.AssertAgree(RecordTopic.Latency, Encoding.UTF8.GetBytes(second), RecordBatch.NoTimestamp);
        Assert.Equal(1, pair.Fallbacks);
    }

    [Fact]
    public void What_stands_behind_a_record_is_not_taken_for_a_part_of_it()
    {
        byte[] whole = Encoding.UTF8.GetBytes("""{"msg_id":"m1","from":"u1","send_ts":1767225601000,"latency":45,"region":"eu"}""");
        DecoderPair.AssertNoCutIsCompleted(whole);
    }

    [Theory]
    [InlineData(1, 40_000)]
    [InlineData(2, 40_000)]
    public void Both_ways_agree_on_mutated_records(ulong seed, int records) => FuzzTime.Repeat(round => AssertAgreeOnMutated(seed + (2 * round), records));

    private static long AssertAgreeOnMutated(ulong seed, int records)
    {
        TrafficRandom random = new(seed);
        TrafficGenerator traffic = new(new TrafficSettings { Seed = seed, BadShare = 0.05, Rate = 100_000 });
        DecoderPair pair = new();
        for (int i = 0; i < records && traffic.TryNext(out GeneratedRecord generated); i++)
        {
            RecordTopic topic = generated.Partition.Topic;
            byte[] value = random.Happens(0.3) ? Encoding.UTF8.GetBytes(Shapes[random.Bits() % (ulong)Shapes.Length]) : generated.Value.ToArray();
            pair.AssertAgree(topic, value, generated.TimestampMs);
            pair.AssertAgree(topic, DecoderPair.Mutate(value, random), generated.TimestampMs);
        }
        Assert.InRange(pair.Fallbacks, records / 10, records * 2);
        return 2L * records;
    }
}

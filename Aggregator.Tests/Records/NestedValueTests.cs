using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>Objects and arrays in fields that nobody wants are skipped without the general reader, and judged as it judges them.</summary>
public class NestedValueTests
{
    private static readonly string[] Frames =
    [
        """{"msg_id":"m1","nested":@,"send_ts":1767225601000,"to":"u2"}""",
        """{"nested":@,"msg_id":"m1","send_ts":1767225601000}""",
        """{"msg_id":"m1","from":"u1","send_ts":1767225601000,"nested":@}""",
        """{ "msg_id" : "m1" , "nested" : @ , "more" : @ , "send_ts" : 1767225601000 }""",
        """{"msg_id":"m1","send_ts":1767225601000,"region":@}""",
        """{"msg_id":"m1","to":@,"to":"u2","send_ts":1767225601000}""",
    ];

    [Theory]
    [InlineData("{}", "{\"a\":{\"b\":[]}}")]
    [InlineData("[1,2,3]", "[ \"x\" , {} , [[[]]], null , -1.5e3, true , false ]")]
    [InlineData("[]", "{\"os\":\"iOS\",\"用户\":\"\\ud83d\\ude00\",\"text\":\"}]\\\"\"}")]
    public void They_need_the_general_reader_once(string first, string second)
    {
        DecoderPair pair = new();
        foreach (string nested in new[] { first, second, first })
        {
            pair.AssertAgree(RecordTopic.Latency, Record(Frames[0], nested), RecordBatch.NoTimestamp);
        }
        Assert.Equal(1, pair.Fallbacks);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void They_may_be_as_deep_as_the_record_may_and_no_deeper(string opening, string closing)
    {
        DecoderPair pair = new();
        pair.AssertAgree(RecordTopic.Latency, Record(Frames[0], "[]"), RecordBatch.NoTimestamp);
        for (int levels = 60; levels <= 63; levels++)
        {
            pair.AssertAgree(RecordTopic.Latency, Record(Frames[0], Deep(levels)), RecordBatch.NoTimestamp);
        }
        Assert.Equal(1, pair.Fallbacks);
        pair.AssertAgree(RecordTopic.Latency, Record(Frames[0], Deep(64)), RecordBatch.NoTimestamp);
        Assert.Equal(2, pair.Fallbacks);

        string Deep(int levels) => string.Concat(Enumerable.Repeat(opening, levels)) + (closing == "}" ? "1" : "") + string.Concat(Enumerable.Repeat(closing, levels));
    }

    [Fact]
    public void One_that_is_cut_is_not_completed_by_what_stands_behind_the_record()
    {
        byte[] whole = Record(Frames[2], """{"a":[1,{"b":"c"}],"d":{"e":[true,null]}}""");
        DecoderPair.AssertNoCutIsCompleted(whole);
    }

    [Fact]
    public void In_a_field_that_is_read_the_general_reader_judges_them()
    {
        DecoderPair pair = new();
        pair.AssertAgree(RecordTopic.Latency, Record(Frames[4], "\"eu\""), RecordBatch.NoTimestamp);
        pair.AssertAgree(RecordTopic.Latency, Record(Frames[4], "[]"), RecordBatch.NoTimestamp);
        pair.AssertAgree(RecordTopic.Latency, Record(Frames[5], "{}"), RecordBatch.NoTimestamp);
        pair.AssertAgree(RecordTopic.Latency, Record(Frames[5], "{}"), RecordBatch.NoTimestamp);
        Assert.Equal(4, pair.Fallbacks);
    }

    [Theory]
    [InlineData(1, 20_000)]
    public void Both_ways_agree_on_any(ulong seed, int records) => FuzzTime.Repeat(round => AssertAgreeOnAny(seed + round, records));

    private static long AssertAgreeOnAny(ulong seed, int records)
    {
        TrafficRandom random = new(seed);
        NestedJson nested = new(random);
        DecoderPair pair = new();
        Array.ForEach(Frames, frame => pair.AssertAgree(RecordTopic.Latency, Record(frame, "[]"), RecordBatch.NoTimestamp));
        for (int i = 0; i < records; i++)
        {
            byte[] value = Record(Frames[random.Bits() % (ulong)Frames.Length], nested.Next());
            pair.AssertAgree(RecordTopic.Latency, value, RecordBatch.NoTimestamp);
            pair.AssertAgree(RecordTopic.Latency, DecoderPair.Mutate(value, random), RecordBatch.NoTimestamp);
            int cut = (int)(random.Bits() % (ulong)value.Length);
            pair.AssertAgree(RecordTopic.Latency, value[..cut], RecordBatch.NoTimestamp, behind: value[cut..]);
        }
        // Of three records the first is known and whole for the most part, the second now and then.
        Assert.InRange(pair.Fallbacks, records, 5 * records / 2);
        return 3L * records;
    }

    private static byte[] Record(string frame, string nested) => Record(frame, Encoding.UTF8.GetBytes(nested));

    private static byte[] Record(string frame, byte[] nested)
    {
        List<byte> record = [];
        foreach (byte b in Encoding.UTF8.GetBytes(frame))
        {
            record.AddRange(b == '@' ? nested : [b]);
        }
        return [.. record];
    }
}

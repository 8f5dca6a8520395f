using System.Globalization;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>What an accepted record says.</summary>
public class RecordDecoderTests
{
    private const long Sent = 1_767_225_600_000;

    [Theory]
    [InlineData("\"10086\"", "10086", true)]
    [InlineData("\"m1\"", "\"\\u006d\\u0031\"", true)]
    [InlineData("\"a/b\"", "\"a\\/b\"", true)]
    [InlineData("\"😀\"", "\"\\ud83d\\ude00\"", true)]
    [InlineData("\"\\\"\\\\\\n\"", "\"\\u0022\\u005c\\u000a\"", true)]
    [InlineData("-5", "\"-5\"", true)]
    [InlineData("-0", "\"-0\"", true)]
    [InlineData("-0", "0", false)]
    [InlineData("123456789012345678901234567890", "\"123456789012345678901234567890\"", true)]
    [InlineData("\"m1\"", "\"M1\"", false)]
    [InlineData("\"m1\"", "\"m1 \"", false)]
    [InlineData("\"é\"", "\"e\\u0301\"", false)]
    [InlineData("\"\\u0000\"", "\"0\"", false)]
    [InlineData("\"01\"", "1", false)]
    public void Ids_are_equal_where_their_texts_are(string left, string right, bool areEqual)
    {
        Decoding decoding = new();
        Assert.Equal(areEqual, decoding.IdOf(left) == decoding.IdOf(right));
    }

    [Fact]
    public void Sender_recipient_and_uid_are_people_of_one_kind()
    {
        Decoding decoding = new();
        decoding.Latency($$"""{"msg_id":"u1","send_ts":{{Sent}},"from":"u1","to":"\u0075\u0031"}""");
        ulong id = decoding.Record.MessageId;

        Assert.True(decoding.Record.HasSender && decoding.Record.HasRecipient);
        Assert.Equal(id, decoding.Record.Sender);
        Assert.Equal(id, decoding.Record.Recipient);

        decoding.Ack($$"""{"msg_id":"u1","ack_ts":{{Sent}},"uid":"u1"}""");
        Assert.False(decoding.Record.HasSender);
        Assert.Equal(id, decoding.Record.Recipient);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"from\":null,\"to\":null")]
    [InlineData(",\"from\":\"\",\"to\":\"\"")]
    [InlineData(",\"from\":\"a\",\"from\":\"\",\"to\":\"b\",\"to\":null")]
    [InlineData(",\"From\":\"a\",\"TO\":\"b\",\"uid\":\"c\"")]
    public void Absent_people_are_nobody(string members)
    {
        Decoding decoding = new();
        decoding.Latency($$"""{"msg_id":"m","send_ts":{{Sent}},"from":"before","to":"before"}""");

        Assert.Equal(RejectReason.None, decoding.Latency($$"""{"msg_id":"m","send_ts":{{Sent}}{{members}}}"""));

        Assert.False(decoding.Record.HasSender);
        Assert.False(decoding.Record.HasRecipient);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("-0.0", 0)]
    [InlineData("0.4", 0)]
    [InlineData("0.5", 1)]
    [InlineData("1.5", 2)]
    [InlineData("2.5", 3)]
    [InlineData("2.4999999999999996", 2)]
    [InlineData("2.49999999999999999999", 3)]
    [InlineData("-0.4", 0)]
    [InlineData("-0.5", 0)]
    [InlineData("-0.50000000000000011", -1)]
    [InlineData("-0.6", -1)]
    [InlineData("-1.5", -1)]
    [InlineData("1e3", 1_000)]
    [InlineData("1E+3", 1_000)]
    [InlineData("1.0e3", 1_000)]
    [InlineData("5e-1", 1)]
    [InlineData("4e-1", 0)]
    [InlineData("1e-400", 0)]
    [InlineData("-1e-400", 0)]
    [InlineData("0e999999999999999999", 0)]
    [InlineData("86400000", 86_400_000)]
    [InlineData("86400000.49", 86_400_000)]
    [InlineData("86400000.5", 86_400_001)]
    public void A_latency_is_its_nearest_double_rounded_half_up(string latency, long sampleMs)
    {
        Decoding decoding = new();
        Assert.Equal(RejectReason.None, decoding.Latency($$"""{"msg_id":"m","send_ts":{{Sent}},"latency":{{latency}}}"""));

        Assert.True(decoding.Record.IsReceived);
        Assert.Equal(sampleMs, decoding.Record.SampleMs);
        Assert.Equal(Sent + sampleMs, decoding.Record.ReceivedMs);
    }

    [Fact]
    public void Long_numbers_are_read_whole()
    {
        Decoding decoding = new();
        string zeros = new('0', 30_000);
        foreach (string five in new[] { $"5{zeros}e-30000", $"0.{zeros}5e30001", $"5.{zeros}", $"4.5{zeros}1e0", $"0.{zeros}00000000050e+30010" })
        {
            Assert.Equal(RejectReason.None, decoding.Latency($$"""{"msg_id":"m","send_ts":{{Sent}},"latency":{{five}}}"""));
            Assert.Equal(5, decoding.Record.SampleMs);
        }
    }

    [Theory]
    [InlineData("", false, 0, 0)]
    [InlineData(",\"recv_ts\":1767225600250", true, 250, 250)]
    [InlineData(",\"recv_ts\":1767225599990", true, -10, -10)]
    [InlineData(",\"latency\":49.5", true, 50, 50)]
    [InlineData(",\"latency\":-7", true, -7, -7)]
    [InlineData(",\"recv_ts\":1767225600250,\"latency\":49", true, 49, 250)]
    [InlineData(",\"latency\":null,\"recv_ts\":1767225600250", true, 250, 250)]
    [InlineData(",\"latency\":5,\"latency\":null", false, 0, 0)]
    public void Latency_and_recv_ts_complete_each_other(string members, bool isReceived, long sampleMs, long receivedAfterMs)
    {
        Decoding decoding = new();
        decoding.Latency($$"""{"msg_id":"before","send_ts":{{Sent}},"latency":777}""");

        Assert.Equal(RejectReason.None, decoding.Latency($$"""{"msg_id":"m","send_ts":{{Sent}}{{members}}}"""));

        Assert.Equal(Sent, decoding.Record.TimeMs);
        Assert.Equal(isReceived, decoding.Record.IsReceived);
        Assert.Equal(Sent + receivedAfterMs, decoding.Record.ReportMs);
        if (isReceived)
        {
            Assert.Equal(sampleMs, decoding.Record.SampleMs);
        }
    }

    [Theory]
    [InlineData("1e400", long.MaxValue)]
    [InlineData("-1e400", long.MinValue)]
    [InlineData("9223372036854775808", long.MaxValue)]
    [InlineData("1e18", 1_000_000_000_000_000_000)]
    public void A_latency_beyond_all_bounds_still_has_a_record_around_it(string latency, long sampleMs)
    {
        Decoding decoding = new();
        Assert.Equal(RejectReason.None, decoding.Latency($$"""{"msg_id":"m","send_ts":{{Sent}},"recv_ts":{{Sent + 5}},"latency":{{latency}}}"""));
        Assert.Equal(sampleMs, decoding.Record.SampleMs);
        Assert.Equal(Sent + 5, decoding.Record.ReceivedMs);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(",\"code\":null", null)]
    [InlineData(",\"code\":\"\"", null)]
    [InlineData(",\"code\":0", null)]
    [InlineData(",\"code\":\"0\"", null)]
    [InlineData(",\"code\":\"\\u0030\"", null)]
    [InlineData(",\"code\":\"OK\"", null)]
    [InlineData(",\"code\":\"ok\"", null)]
    [InlineData(",\"code\":\"oK\"", null)]
    [InlineData(",\"code\":\"Ok\"", null)]
    [InlineData(",\"code\":\"\\u004fK\"", null)]
    [InlineData(",\"code\":\"O\\u212a\"", "O\u212a")]
    [InlineData(",\"code\":\"ok \"", "ok ")]
    [InlineData(",\"code\":\"00\"", "00")]
    [InlineData(",\"code\":-0", "-0")]
    [InlineData(",\"code\":500", "500")]
    [InlineData(",\"code\":\"E_\\u00fc\\\"\\n\"", "E_ü\"\n")]
    [InlineData(",\"code\":\"ok\",\"code\":\"E\"", "E")]
    [InlineData(",\"code\":\"E\",\"code\":\"ok\"", null)]
    public void A_code_is_a_success_or_an_error(string members, string? error)
    {
        Decoding decoding = new();
        Assert.Equal(RejectReason.None, decoding.Ack($$"""{"msg_id":"m","ack_ts":{{Sent}}{{members}}}"""));

        Assert.Equal(error is null, decoding.Record.IsSuccess);
        if (error is not null)
        {
            Assert.Equal(error, decoding.ErrorCode);
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(",\"region\":null", "")]
    [InlineData(",\"region\":\"\"", "")]
    [InlineData(",\"region\":\"cn\"", "cn")]
    [InlineData(",\"region\":\"\\u0063n\"", "cn")]
    [InlineData(",\"region\":7", "7")]
    [InlineData(",\"region\":-0", "-0")]
    [InlineData(",\"region\":true", "true")]
    [InlineData(",\"region\":false", "false")]
    [InlineData(",\"region\":\"true\"", "true")]
    [InlineData(",\"region\":1.5,\"region\":\"x\"", "x")]
    [InlineData(",\"region\":\"\\ud83d\\ude00\\u0000\"", "😀\0")]
    public void A_dimension_is_a_text(string members, string expected)
    {
        Decoding decoding = new(null, "platform", "region");
        Decoding other = new(null, "region");
        other.Latency($$"""{"msg_id":"m","send_ts":{{Sent}},"region":{{System.Text.Json.JsonSerializer.Serialize(expected)}}}""");

        foreach (RecordTopic topic in Enum.GetValues<RecordTopic>())
        {
            string json = $$"""{"msg_id":"\u006d","{{(topic == RecordTopic.Ack ? "ack_ts" : "send_ts")}}":{{Sent}},"platform":"\u0069os"{{members}},"x":"region"}""";
            Assert.Equal(RejectReason.None, decoding.Decode(topic, System.Text.Encoding.UTF8.GetBytes(json)));
            Assert.Equal("ios", decoding.Dimension(0));
            Assert.Equal(expected, decoding.Dimension(1));
            Assert.Equal(other.Record.DimensionHashes[0], decoding.Record.DimensionHashes[1]);
        }
    }

    [Fact]
    public void Fields_bear_the_names_of_the_settings_and_no_others()
    {
        FieldNames names = new()
        {
            MsgId = "id", SendTs = "t", RecvTs = "rt", Latency = "ms", From = "süd", To = "dst", AckTs = "t", Uid = "u", Code = "status",
            Dimensions = new Dictionary<string, string> { ["region"] = "geo" },
        };
        Decoding decoding = new(names, "region");

        Assert.Equal(RejectReason.MissingField, decoding.Latency($$"""{"msg_id":"m","send_ts":{{Sent}}}"""));
        Assert.Equal(RejectReason.None, decoding.Latency(
            $$"""{"msg_id":{},"from":{},"latency":"","region":[],"id":"m","t":{{Sent}},"ms":5,"s\u00fcd":"a","dst":"b","geo":"cn"}"""));
        Assert.True(decoding.Record is { HasSender: true, HasRecipient: true, SampleMs: 5 });
        Assert.Equal("cn", decoding.Dimension(0));

        Assert.Equal(RejectReason.None, decoding.Ack($$"""{"id":"m","t":{{Sent}},"u":"b","status":"E","code":0}"""));
        Assert.False(decoding.Record.IsSuccess);
        Assert.True(decoding.Record.HasRecipient);
    }

    [Fact]
    public void The_longest_escaped_texts_fit()
    {
        Decoding decoding = new(null, "region");
        string escaped = string.Concat(Enumerable.Repeat("\\u0061", 3_600));
        string json = string.Create(CultureInfo.InvariantCulture, $$"""{"msg_id":"{{escaped}}","from":"{{escaped}}","region":"{{escaped}}","send_ts":{{Sent}}}""");

        Assert.Equal(RejectReason.None, decoding.Latency(json));

        Assert.Equal(new string('a', 3_600), decoding.Dimension(0));
        Assert.Equal(decoding.Record.Sender, decoding.Record.MessageId);
    }
}

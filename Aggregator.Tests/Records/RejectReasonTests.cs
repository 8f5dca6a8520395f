using System.Text;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>Every reason to reject a record, the first one where several apply (SPEC section 1).</summary>
public class RejectReasonTests
{
    private const string Sent = "\"send_ts\":1767225600000";

    [Theory]
    [InlineData("", RejectReason.Empty)]
    [InlineData(" ", RejectReason.Malformed)]
    [InlineData("null", RejectReason.Malformed)]
    [InlineData("[]", RejectReason.Malformed)]
    [InlineData("\"x\"", RejectReason.Malformed)]
    [InlineData("{", RejectReason.Malformed)]
    [InlineData("{}{}", RejectReason.Malformed)]
    [InlineData("{} x", RejectReason.Malformed)]
    [InlineData("\uFEFF{}", RejectReason.Malformed)]
    [InlineData("{\"a\":1,}", RejectReason.Malformed)]
    [InlineData("{/**/}", RejectReason.Malformed)]
    [InlineData("{\"a\":01}", RejectReason.Malformed)]
    [InlineData("{\"a\":+1}", RejectReason.Malformed)]
    [InlineData("{\"a\":.5}", RejectReason.Malformed)]
    [InlineData("{\"a\":1.}", RejectReason.Malformed)]
    [InlineData("{\"a\":1e}", RejectReason.Malformed)]
    [InlineData("{\"a\":NaN}", RejectReason.Malformed)]
    [InlineData("{\"a\":'x'}", RejectReason.Malformed)]
    [InlineData("{'a':1}", RejectReason.Malformed)]
    [InlineData("{\"a\":True}", RejectReason.Malformed)]
    [InlineData("{\"a\":\"\t\"}", RejectReason.Malformed)]
    [InlineData("{\"a\":\"\\x41\"}", RejectReason.Malformed)]
    [InlineData("{\"a\":\"\\u12G4\"}", RejectReason.Malformed)]
    [InlineData("{\"a\":\"\\ud800\"}", RejectReason.Malformed)]
    [InlineData("{\"a\":\"\\udc00\\ud800\"}", RejectReason.Malformed)]
    [InlineData("{\"a\":\"\\ud800\\u0041\"}", RejectReason.Malformed)]
    [InlineData("{\"a\":[[{\"b\":\"\\udfff\"}]]}", RejectReason.Malformed)]
    [InlineData("{\"a\":[[{\"\\udfff\":1}]]}", RejectReason.Malformed)]
    [InlineData("{\"\\ud83d\":1}", RejectReason.Malformed)]
    [InlineData("{\"msg_id\":\"\\ud83d\",\"msg_id\":\"m\",\"send_ts\":1767225600000}", RejectReason.Malformed)]
    [InlineData("{}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":\"m\"}", RejectReason.MissingField)]
    [InlineData("{" + Sent + "}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":null," + Sent + "}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":\"m\",\"msg_id\":null," + Sent + "}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":\"\",\"send_ts\":null}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":{},\"to\":[]}", RejectReason.MissingField)]
    [InlineData("{\"Msg_Id\":\"m\"," + Sent + "}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":\"\"," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":true," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":1.0," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":1e3," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":{}," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"from\":false," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"to\":1.5," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"to\":[\"u\"]," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":\"5\"," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":true," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"region\":1.5," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"region\":{}," + Sent + "}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"region\":[],\"send_ts\":1}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":{},\"send_ts\":\"x\",\"recv_ts\":[]}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":\"1767225600000\"}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":1767225600000.0}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":1767225600e3}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":true}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":[]}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":1767225600}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":946684799999}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":946684800000}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":4102444799999}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":4102444800000}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":-1767225600000}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":0}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":-0}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":9223372036854775807}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":9223372036854775808}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":99999999999999999999999999999999999}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":18446745840935151616}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"recv_ts\":\"x\"," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"recv_ts\":1," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"recv_ts\":4102444800000,\"latency\":1," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":2335219199999," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":2335219200000," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":2335219199999.5," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":-820540800000.5," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":-820540800001," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":1e400," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":-1e400," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":9223372036854775807," + Sent + "}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":1e400,\"recv_ts\":1767225600000," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"latency\":null,\"recv_ts\":null," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"recv_ts\":1.5,\"recv_ts\":null," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":1,\"msg_id\":\"\",\"msg_id\":2," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":-0," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":123456789012345678901234567890," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"from\":\"\",\"to\":\"\",\"region\":\"\"," + Sent + "}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"uid\":{},\"code\":[],\"ack_ts\":\"x\"," + Sent + "}", RejectReason.None)]
    [InlineData(" \t\r\n{\"msg_id\" : \"m\" ,\n" + Sent + "} \n", RejectReason.None)]
    [InlineData("{\"msg\\u005fid\":\"m\"," + Sent + "}", RejectReason.None)]
    public void A_latency_record_is_rejected_for_its_first_reason(string value, RejectReason expected) =>
        Assert.Equal(expected, new Decoding(null, "region").Latency(value));

    [Theory]
    [InlineData("{\"msg_id\":\"m\",\"send_ts\":1767225600000}", RejectReason.MissingField)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000,\"uid\":true}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000,\"uid\":1.0}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000,\"code\":false}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000,\"code\":0.0}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1,\"code\":{}}", RejectReason.BadField)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1}", RejectReason.BadTimestamp)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000,\"region\":true}", RejectReason.None)]
    [InlineData("{\"msg_id\":\"m\",\"ack_ts\":1767225600000,\"from\":{},\"to\":1.5,\"latency\":\"\",\"recv_ts\":0,\"send_ts\":[]}", RejectReason.None)]
    public void An_ack_is_rejected_for_its_first_reason(string value, RejectReason expected) => Assert.Equal(expected, new Decoding(null, "region").Ack(value));

    [Fact]
    public void A_value_has_65536_bytes_at_most_whatever_is_in_it()
    {
        Decoding decoding = new();
        byte[] longest = Encoding.UTF8.GetBytes("{\"msg_id\":\"" + new string('é', 32_749) + "x\"," + Sent + "}");
        byte[] garbage = new byte[65_537];

        Assert.Equal(65_536, longest.Length);
        Assert.Equal(RejectReason.None, decoding.Decode(RecordTopic.Latency, longest));
        Assert.Equal(RejectReason.TooLarge, decoding.Decode(RecordTopic.Latency, [.. longest, (byte)' ']));
        Assert.Equal(RejectReason.TooLarge, decoding.Decode(RecordTopic.Latency, garbage));
        Assert.Equal(RejectReason.Malformed, decoding.Decode(RecordTopic.Latency, garbage[..^1]));
    }

    [Theory]
    [InlineData(63, RejectReason.None)]
    [InlineData(64, RejectReason.Malformed)]
    [InlineData(9_000, RejectReason.Malformed)]
    public void The_object_and_what_is_in_it_nest_64_levels_at_most(int inner, RejectReason expected)
    {
        string arrays = new string('[', inner) + new string(']', inner);
        string objects = string.Concat(Enumerable.Repeat("{\"a\":", inner - 1)) + "{}" + new string('}', inner - 1);

        foreach (string nested in new[] { arrays, objects })
        {
            Assert.Equal(expected, new Decoding().Latency("{\"msg_id\":\"m\",\"x\":" + nested + "," + Sent + "}"));
        }
    }

    [Theory]
    [InlineData("c328")]
    [InlineData("c080")]
    [InlineData("e080af")]
    [InlineData("eda080")]
    [InlineData("f4908080")]
    [InlineData("f09f98")]
    [InlineData("80")]
    [InlineData("ff")]
    public void Bytes_that_are_no_utf8_are_malformed_wherever_they_stand(string hex)
    {
        byte[] bad = Convert.FromHexString(hex);
        foreach (string place in new[] { "{\"msg_id\":\"#\"," + Sent + "}", "{\"msg_id\":\"m\"," + Sent + ",\"x\":[\"#\"]}", "{\"msg_id\":\"m\"," + Sent + ",\"#\":1}", "{}#" })
        {
            string[] around = place.Split('#');
            byte[] value = [.. Encoding.UTF8.GetBytes(around[0]), .. bad, .. Encoding.UTF8.GetBytes(around[1])];
            Assert.Equal(RejectReason.Malformed, new Decoding().Decode(RecordTopic.Latency, value));
        }
    }

    [Fact]
    public void A_time_more_than_five_minutes_ahead_of_the_kafka_timestamp_is_in_the_future()
    {
        const long At = 1_767_225_600_000;
        Decoding decoding = new();

        Assert.Equal(RejectReason.None, decoding.Latency(Message(At, null), At - 300_000));
        Assert.Equal(RejectReason.Future, decoding.Latency(Message(At, null), At - 300_001));
        Assert.Equal(RejectReason.Future, decoding.Latency(Message(At - 1_000, 1_001), At - 300_000));
        Assert.Equal(RejectReason.Future, decoding.Latency(Message(At + 1, -5_000), At - 300_000));
        Assert.Equal(RejectReason.None, decoding.Latency(Message(At, null), At + 86_400_000));
        Assert.Equal(RejectReason.None, decoding.Latency(Message(At, null)));
        Assert.Equal(RejectReason.Future, decoding.Latency(Message(At, null), 0));
        Assert.Equal(RejectReason.Future, decoding.Latency(Message(At, null), long.MinValue));
        Assert.Equal(RejectReason.None, decoding.Latency(Message(At, null), long.MaxValue));
        Assert.Equal(RejectReason.None, decoding.Ack($$"""{"msg_id":"m","ack_ts":{{At}}}""", At - 300_000));
        Assert.Equal(RejectReason.Future, decoding.Ack($$"""{"msg_id":"m","ack_ts":{{At + 1}}}""", At - 300_000));

        static string Message(long sent, long? latency) => $$"""{"msg_id":"m","send_ts":{{sent}}{{(latency is null ? "" : $",\"latency\":{latency}")}}}""";
    }
}

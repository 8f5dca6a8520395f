using System.Globalization;
using System.Text;
using Aggregator.Core.Replay;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>What a line of the input may look like (SPEC section 7).</summary>
public class EnvelopeTests
{
    private const string Payload = "{\\\"msg_id\\\":\\\"m1\\\",\\\"send_ts\\\":1767225600000,\\\"latency\\\":7}";
    private const string Received = "\"received\":1,\"latency_ms\":{\"p50\":7,";

    [Theory]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"offset\":0,\"ts\":1767225600000,\"key\":\"m1\",\"payload\":\"#\"}")]
    [InlineData("{\"payload\":\"#\",\"offset\":0,\"partition\":0,\"topic\":\"im-latency\"}")]
    [InlineData("{ \"topic\" : \"im-latency\" , \"partition\" : 0 , \"offset\" : 0 , \"payload\" : \"#\" }")]
    [InlineData("\t{\"topic\":\"im-latency\",\"partition\":0,\"offset\":0,\"payload\":\"#\"} ")]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"payload\":\"#\"}")]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"offset\":9,\"ts\":-1,\"key\":null,\"payload\":\"#\"}")]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"offset\":9,\"ts\":null,\"payload\":\"#\"}")]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"offset\":9,\"headers\":[\"a\",\"{\\\"x\\\"\"],\"more\":{\"topic\":\"ack\",\"payload\":[1,{}]},\"payload\":\"#\"}")]
    [InlineData("{\"topic\":\"im\\u002dlatency\",\"partition\":0,\"offset\":9,\"payload\":\"#\"}")]
    [InlineData("{\"t\\u006fpic\":\"im-latency\",\"\\u0070artition\":0,\"offset\":9,\"pay\\u006coad\":\"#\"}")]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"offset\":9,\"payload\":null,\"payload_base64\":\"eyJtc2dfaWQiOiJtMSIsInNlbmRfdHMiOjE3NjcyMjU2MDAwMDAsImxhdGVuY3kiOjd9\"}")]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"offset\":9,\"payload_base64\":\"eyJtc2dfaWQiOiJtMSIsInNlbmRfdHMiOjE3NjcyMjU2MDAwMDAsImxhdGVuY3kiOjd9IA==\"}")]
    [InlineData("{\"topic\":\"im-latency\",\"partition\":0,\"offset\":9,\"payload_base64\":\"\\u0065yJtc2dfaWQiOiJtMSIsInNlbmRfdHMiOjE3NjcyMjU2MDAwMDAsImxhdGVuY3kiOjd9IA\\u003d=\"}")]
    public void A_line_is_read_in_any_form_of_its_json(string line)
    {
        (string[] lines, string summary) = Replaying.Run(line.Replace("#", Payload, StringComparison.Ordinal));

        Assert.Contains(Received, Assert.Single(lines), StringComparison.Ordinal);
        Assert.StartsWith("""{"records":{"im-latency":1},"rejected":{},""", summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"payload\":null", "empty")]
    [InlineData("\"payload\":\"\"", "empty")]
    [InlineData("\"payload_base64\":null", "empty")]
    [InlineData("\"payload_base64\":\"\"", "empty")]
    [InlineData("\"key\":\"k\"", "empty")]
    [InlineData("\"payload_base64\":\"/w==\"", "malformed")]
    [InlineData("\"payload\":\"{\\\"msg_id\\\":\\\"\\ud800\\\"}\"", "malformed")]
    [InlineData("\"payload\":\"\\udc00\"", "malformed")]
    [InlineData("\"payload\":\"{}\"", "missing_field")]
    public void A_payload_that_is_no_record_is_rejected(string payload, string reason)
    {
        (_, string summary) = Replaying.Run($$"""{"topic":"ack","partition":0,"offset":0,{{payload}}}""");
        Assert.StartsWith($$"""{"records":{"ack":1},"rejected":{"{{reason}}":1},""", summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", "no JSON: ")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("5", "not a JSON object")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0", "no JSON: ")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0} {}", "no JSON: ")]
    [InlineData("{\"partition\":0,\"offset\":1}", "\"topic\" is missing")]
    [InlineData("{\"topic\":\"ack\",\"offset\":1}", "\"partition\" is missing")]
    [InlineData("{\"topic\":7,\"partition\":0}", "\"topic\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":\"0\"}", "\"partition\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":-1}", "\"partition\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":2147483647}", "\"partition\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0,\"offset\":-5}", "\"offset\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0,\"offset\":1.5}", "\"offset\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0,\"ts\":\"1\"}", "\"ts\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0,\"payload\":{}}", "\"payload\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0,\"payload_base64\":5}", "\"payload_base64\" is not what an envelope has there")]
    [InlineData("{\"topic\":\"ack\",\"partition\":0,\"payload_base64\":\"e\"}", "payload_base64 is no base64")]
    public void A_line_that_is_no_envelope_ends_the_replay_and_says_where(string line, string problem)
    {
        string text = Replaying.Message(0, 0, 0, "m1") + "\n\n" + line + "\n" + Replaying.Message(0, 1, 0, "m2");

        ReplayInputException failure = Assert.Throws<ReplayInputException>(() => Replaying.Run(text));

        Assert.StartsWith($"input.jsonl:3: no line of 'kcat -C -J': {problem}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_may_end_in_any_way_and_be_blank()
    {
        string[] lines = [Replaying.Message(0, 0, 0, "m1"), "", Replaying.Message(0, 1, 0, "m2"), Replaying.Ack(0, 0, 5, "m1")];
        string expected = Assert.Single(Replaying.Run(string.Join('\n', lines)).Lines);
        Assert.Contains("\"sent\":2,\"delivered\":1,", expected, StringComparison.Ordinal);

        foreach (string separator in new[] { "\n", "\r\n", "\n\r\n\n" })
        {
            foreach (string end in new[] { "", separator, separator + separator })
            {
                Assert.Equal([expected], Replaying.Run(separator + string.Join(separator, lines) + end).Lines);
            }
        }
    }

    [Fact]
    public void A_line_of_ten_megabytes_is_one_record_too_large()
    {
        string huge = new('x', 10_000_000);
        string text = string.Create(CultureInfo.InvariantCulture,
            $$$"""
            {{{Replaying.Message(0, 0, 0, "m1")}}}
            {"topic":"im-latency","partition":0,"offset":1,"payload":"{\"msg_id\":\"{{{huge}}}\"}"}
            {"topic":"im-latency","partition":0,"offset":2,"payload_base64":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(huge))}}}"}
            {{{Replaying.Message(0, 3, 0, "m2")}}}
            """);

        (string[] lines, string summary) = Replaying.Run(text);

        Assert.Contains("\"sent\":2,", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Contains("\"rejected\":{\"too_large\":2}", summary, StringComparison.Ordinal);
    }
}

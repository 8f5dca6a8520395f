using System.IO.Compression;
using System.Text;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>Values made to hurt: each gets its reason, by both ways of reading, and costs no more than its length.</summary>
public class HostileValueTests
{
    private const string Fields = "\"msg_id\":\"m\",\"send_ts\":1767225600000";

    public static TheoryData<string, byte[], RejectReason> Values => new()
    {
        { "tombstone", [], RejectReason.Empty },
        { "NUL", [0], RejectReason.Malformed },
        { "NULs", new byte[1_000], RejectReason.Malformed },
        { "NUL behind the record", Text("{" + Fields + "}\0"), RejectReason.Malformed },
        { "NUL in a text", Text("{" + Fields + ",\"to\":\"a\0b\"}"), RejectReason.Malformed },
        { "escaped NUL", Text("{" + Fields + ",\"to\":\"a\\u0000b\"}"), RejectReason.None },
        { "byte order mark", Text("\uFEFF{" + Fields + "}"), RejectReason.Malformed },
        { "UTF-16", Encoding.Unicode.GetBytes("{" + Fields + "}"), RejectReason.Malformed },
        { "registry frame", [0, 0, 0, 0, 7, .. Text("{" + Fields + "}")], RejectReason.Malformed },
        { "gzip", Gzip("{" + Fields + "}"), RejectReason.Malformed },
        { "gzip in a text", [.. Text("{" + Fields + ",\"x\":\""), .. Gzip("{}"), .. Text("\"}")], RejectReason.Malformed },
        { "overlong UTF-8", [.. Text("{" + Fields + ",\"x\":\""), 0xC0, 0x80, .. Text("\"}")], RejectReason.Malformed },
        { "surrogate in UTF-8", [.. Text("{" + Fields + ",\"x\":\""), 0xED, 0xA0, 0x80, .. Text("\"}")], RejectReason.Malformed },
        { "lone surrogate", Text("{" + Fields + ",\"x\":\"\\udc00\"}"), RejectReason.Malformed },
        { "64 levels", Text("{" + Fields + ",\"x\":" + new string('[', 63) + new string(']', 63) + "}"), RejectReason.None },
        { "65 levels", Text("{" + Fields + ",\"x\":" + new string('[', 64) + new string(']', 64) + "}"), RejectReason.Malformed },
        { "depth bomb of arrays", Text("{\"x\":" + new string('[', 65_000)), RejectReason.Malformed },
        { "depth bomb of objects", Text(string.Concat(Enumerable.Repeat("{\"a\":", 13_000))), RejectReason.Malformed },
        { "10 MB", Text("{" + Fields + ",\"x\":\"" + new string('x', 10_000_000) + "\"}"), RejectReason.TooLarge },
        { "10 MB of brackets", Text(new string('[', 10_000_000)), RejectReason.TooLarge },
        { "ten thousand fields", Text("{" + Fields + "," + string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"f{i}\":{i}")) + "}"), RejectReason.None },
        { "one field again and again", Text("{" + string.Join(',', Enumerable.Repeat("\"msg_id\":\"m\"", 4_000)) + ",\"send_ts\":1767225600000}"), RejectReason.None },
        { "a number of 60,000 digits", Text("{" + Fields + ",\"latency\":" + new string('9', 60_000) + "}"), RejectReason.BadTimestamp }, // recv_ts as computed from it
        { "an exponent of 60,000 digits", Text("{" + Fields + ",\"latency\":1e" + new string('9', 60_000) + "}"), RejectReason.BadTimestamp },
        { "an id of 60,000 bytes", Text("{\"msg_id\":\"" + new string('m', 60_000) + "\",\"send_ts\":1767225600000}"), RejectReason.None },
        { "an id of 10,000 escapes", Text("{\"msg_id\":\"" + string.Concat(Enumerable.Repeat("\\u0041", 10_000)) + "\",\"send_ts\":1767225600000}"), RejectReason.None },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void It_gets_its_reason_however_it_is_read(string what, byte[] value, RejectReason expected)
    {
        foreach (bool learnsShapes in new[] { true, false })
        {
            RecordDecoder decoder = new(new(), ["region"], TimeSpan.FromMinutes(5), learnsShapes);
            DecodedRecord record = new(1);
            // The second time by the shape of the first.
            for (int time = 0; time < 2; time++)
            {
                Assert.True(expected == decoder.Decode(RecordTopic.Latency, value, RecordBatch.NoTimestamp, record), what);
            }
        }
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Gzip(string text)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionMode.Compress))
        {
            gzip.Write(Text(text));
        }
        return stream.ToArray();
    }
}

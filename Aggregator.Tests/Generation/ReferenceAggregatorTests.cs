using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Generation;

public class ReferenceAggregatorTests
{
    private const long T0 = 1_767_225_600_000;

    private static readonly PartitionId Latency = new(RecordTopic.Latency, 0);
    private static readonly PartitionId Ack = new(RecordTopic.Ack, 0);

    [Theory]
    [MemberData(nameof(ConformanceCases.Names), MemberType = typeof(ConformanceCases))]
    public void The_reference_passes_every_published_case(string name)
    {
        ConformanceCase published = ConformanceCases.Load(name);
        ReferenceAggregator reference = new(published.Settings.Aggregation, published.Settings.Fields);
        foreach (EnvelopeRecord record in published.Records)
        {
            reference.Add(record.Partition, record.Offset, record.TimestampMs, record.Value);
        }
        reference.Finish();

        ResultComparer.AssertEqual(published.Expected, published.Summary, reference.Lines, reference.Summary, name);
    }

    [Fact]
    public void A_line_has_its_members_in_the_order_of_the_contract()
    {
        ReferenceAggregator reference = new(new() { Groups = [["region"]] });
        Add(reference, Latency, 0, $$"""{"msg_id":"m1","from":"u1","to":"u2","send_ts":{{T0}},"latency":49,"region":"cn"}""");
        Add(reference, Latency, 1, $$"""{"msg_id":"m2","from":"u1","to":"u2","send_ts":{{T0}},"latency":50,"region":"cn"}""");
        Add(reference, Ack, 0, $$"""{"msg_id":"m1","uid":"u2","ack_ts":{{T0 + 60}},"region":"cn"}""");
        Add(reference, Ack, 1, $$"""{"msg_id":"m1","uid":"u2","ack_ts":{{T0 + 61}},"code":"E_OFFLINE","region":"cn"}""");
        reference.Finish();

        Assert.Equal(
            [
                """{"window_start":1767225600000,"window_ms":60000,"group":{},"online_users":2,"received":2,"latency_ms":{"p50":49,"p95":50,"p99":50,"mean":49.5,"max":50},"acks":1,"ack_errors":{"E_OFFLINE":1},"sent":2,"delivered":1,"delivery_ratio":0.5}""",
                """{"window_start":1767225600000,"window_ms":60000,"group":{"region":"cn"},"online_users":2,"received":2,"latency_ms":{"p50":49,"p95":50,"p99":50,"mean":49.5,"max":50},"acks":1,"ack_errors":{"E_OFFLINE":1},"sent":2,"delivered":1,"delivery_ratio":0.5}""",
            ],
            reference.Lines);
        Assert.Equal("""{"records":{"ack":2,"im-latency":2},"rejected":{},"late":{},"duplicates":{},"samples_left_out":{},"windows":1}""", reference.Summary);
    }

    [Theory]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"latency":1e400}""", "bad_timestamp")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"latency":-1e400}""", "bad_timestamp")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"x":{"y":["\udc00"]}}""", "malformed")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"x":{"\ud800\ud800":1}}""", "malformed")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000} {}""", "malformed")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000/**/}""", "malformed")]
    [InlineData("""{"msg_id":"m","send_ts":01767225600000}""", "malformed")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"send_ts":null}""", "missing_field")]
    [InlineData("""{"msg_id":1e3,"send_ts":"x"}""", "bad_field")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"region":[]}""", "bad_field")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"region":1.0}""", "bad_field")]
    [InlineData("""{"msg_id":"m","send_ts":99999999999999999999999999}""", "bad_timestamp")]
    public void A_record_is_rejected_for_the_first_reason_that_applies(string value, string reason)
    {
        ReferenceAggregator reference = new(new() { Groups = [["region"]] });
        Add(reference, Latency, 0, value);
        reference.Finish();

        Assert.Equal($$$"""{"records":{"im-latency":1},"rejected":{"{{{reason}}}":1},"late":{},"duplicates":{},"samples_left_out":{},"windows":0}""", reference.Summary);
    }

    [Theory]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"😀":"\ud83d\ude00"}""")]
    [InlineData("""{"msg_id":-0,"send_ts":1767225600000}""")]
    [InlineData("""{"\u006dsg_id":"m","send_ts":1767225600000}""")]
    [InlineData("""{"msg_id":"m","send_ts":1767225600000,"region":false}""")]
    public void What_is_odd_but_allowed_is_accepted(string value)
    {
        ReferenceAggregator reference = new(new() { Groups = [["region"]] });
        Add(reference, Latency, 0, value);
        reference.Finish();

        Assert.Equal("""{"records":{"im-latency":1},"rejected":{},"late":{},"duplicates":{},"samples_left_out":{},"windows":1}""", reference.Summary);
    }

    [Fact]
    public void Fields_are_found_under_the_names_of_the_producers()
    {
        FieldNames names = new()
        {
            MsgId = "id",
            SendTs = "sent",
            RecvTs = "got",
            Dimensions = new Dictionary<string, string> { ["region"] = "r" },
        };
        ReferenceAggregator reference = new(new() { Groups = [["region"]] }, names);
        Add(reference, Latency, 0, $$$"""{"id":"m1","sent":{{{T0}}},"got":{{{T0 + 7}}},"r":"cn","msg_id":[],"region":{}}""");
        reference.Finish();

        Assert.Equal(2, reference.Lines.Count);
        Assert.Contains("\"group\":{\"region\":\"cn\"},\"online_users\":0,\"received\":1,\"latency_ms\":{\"p50\":7,", reference.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_of_1440_windows_is_filled_and_one_more_is_not()
    {
        ReferenceAggregator filled = new(new());
        Add(filled, Latency, 0, $$"""{"msg_id":"m1","send_ts":{{T0}}}""");
        Add(filled, Latency, 1, $$"""{"msg_id":"m2","send_ts":{{T0 + 1_441 * 60_000L}}}""");
        filled.Finish();
        ReferenceAggregator open = new(new());
        Add(open, Latency, 0, $$"""{"msg_id":"m1","send_ts":{{T0}}}""");
        Add(open, Latency, 1, $$"""{"msg_id":"m2","send_ts":{{T0 + 1_442 * 60_000L}}}""");
        open.Finish();

        Assert.Equal(1_442, filled.Lines.Count);
        Assert.Equal(2, open.Lines.Count);
    }

    [Fact]
    public void Offsets_that_go_back_are_a_defect_of_the_caller()
    {
        ReferenceAggregator reference = new(new());
        Add(reference, Latency, 5, "x");

        var failure = Assert.Throws<ArgumentException>(() => Add(reference, Latency, 5, "x"));
        Assert.StartsWith("Latency[0]: offset 5 comes after 5", failure.Message, StringComparison.Ordinal);
    }

    private static void Add(ReferenceAggregator reference, PartitionId partition, long offset, string value) =>
        reference.Add(partition, offset, RecordBatch.NoTimestamp, Encoding.UTF8.GetBytes(value));
}

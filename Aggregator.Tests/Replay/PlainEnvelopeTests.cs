using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>The fast way to read an envelope: taken where it should be, and never with another answer than the general one.</summary>
public sealed class PlainEnvelopeTests
{
    private const string AsKcatWrites =
        """{"topic":"im-latency","partition":3,"offset":41,"tstype":"create","ts":1712345678960,"broker":1,"key":"m1","payload":"{\"msg_id\":\"m\\u00e9\",\"to\":\"a\\\\b\"}\n"}""";

    private static readonly string[] Odd =
    [
        """{"topic":"ack","partition":0,"offset":7,"tstype":"logappend","ts":1712345678960,"broker":0,"key":"","payload":""}""",
        """{"topic":"ack","partition":0,"offset":0,"ts":-1,"key":null,"payload":null}""",
        """{"topic":"ack","partition":0,"offset":7,"ts":5,"broker":1,"headers":["a","b"],"key":"k","payload":"x"}""",
        """{"topic":"ack","partition":0,"offset":7,"ts":5,"key":"k","payload":"x","payload":"y"}""",
        """{"topic":"ack","partition":0,"offset":7,"ts":5,"key":"\\","payload":"\ud83d\ude00\ud83d"}""",
        """{"topic":"ack","partition":0,"offset":7,"ts":5,"key":"k","payload_base64":"AAEC"}""",
        """{"topic":"other","partition":0,"offset":7,"ts":5,"key":"k","payload":"x"}""",
    ];

    private static readonly Gen<byte[]> Lines = Of([.. Odd.Append(AsKcatWrites).Select(Encoding.UTF8.GetBytes), .. Generated()]);

    // The bytes that JSON turns on, and any.
    private static readonly Gen<byte> Bytes = Gen.OneOf(Of([.. "{}[]\",:\\/bfnrtu0123456789-+.eE \t\n\0"u8]), Gen.Byte);

    [Fact]
    public void A_line_as_kcat_writes_it_goes_the_fast_way()
    {
        RecordBatch batch = new();

        Assert.True(new PlainEnvelopeReader("im-latency", "ack").TryRead(Encoding.UTF8.GetBytes(AsKcatWrites), batch, out PartitionId partition, out long offset));

        Assert.Equal("Latency[3]@41", $"{partition}@{offset}");
        Assert.Equal(1_712_345_678_960, batch.Timestamps[0]);
        Assert.Equal("""{"msg_id":"m\u00e9","to":"a\\b"}""" + "\n", Encoding.UTF8.GetString(batch.Value(0)));
    }

    [Fact]
    public void Nearly_every_line_of_the_generator_goes_the_fast_way()
    {
        PlainEnvelopeReader reader = new("im-latency", "ack");
        RecordBatch batch = new(10_000);
        byte[][] lines = [.. Generated()];

        int fast = lines.Count(line => reader.TryRead(line, batch, out _, out _));

        Assert.InRange(fast, lines.Length * 9 / 10, lines.Length);
    }

    [Fact]
    public void The_fast_way_and_the_general_one_agree_on_whatever_a_line_is() =>
        Gen.Select(Lines, Gen.Select(Gen.Int[0, 7], Gen.Int[0, 100_000], Bytes).Array[0, 3]).Sample((line, changes) =>
        {
            byte[] changed = changes.Aggregate(line, (before, change) => Changed(before, change.Item1, change.Item2, change.Item3));

            Assert.Equal(Read(changed, isAny: true), Read(changed, isAny: false));
        }, iter: 20_000, print: of => Encoding.Latin1.GetString(of.Item1) + " " + string.Join(", ", of.Item2));

    private static Gen<T> Of<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static byte[] Changed(byte[] line, int kind, int place, byte with)
    {
        int at = line.Length == 0 ? 0 : place % line.Length;
        if (kind > 3)
        {
            // at the beginning of a value, where most rules are
            at += line.AsSpan(at).IndexOf((byte)':') + 1;
        }
        return (kind % 4) switch
        {
            0 => [.. line[..at], with, .. line[at..]],
            1 when at < line.Length => [.. line[..at], with, .. line[(at + 1)..]],
            2 when at < line.Length => [.. line[..at], .. line[(at + 1)..]],
            _ => line[..at],
        };
    }

    private static string Read(byte[] line, bool isAny)
    {
        EnvelopeReader reader = new("im-latency", "ack");
        RecordBatch batch = new(1, 1_024);
        PartitionId partition;
        long offset;
        string? problem;
        EnvelopeKind kind = isAny
            ? reader.ReadAny(line, batch, out partition, out offset, out problem)
            : reader.Read(line, batch, out partition, out offset, out problem);
        string record = batch.Count == 0 ? "nothing"
            : $"{batch.Partitions[0]}@{batch.Offsets[0]} {batch.Timestamps[0]} {batch.HasValue(0)} {Convert.ToHexString(batch.Value(0))}";
        return $"{kind} {partition}@{offset} {problem} {record}";
    }

    private static List<byte[]> Generated()
    {
        TrafficGenerator traffic = new(new TrafficSettings { Messages = 200, BadShare = 0.04, Seed = 7 });
        using EnvelopeWriter writer = new("im-latency", "ack");
        List<byte[]> lines = [];
        while (traffic.TryNext(out GeneratedRecord record))
        {
            byte[] line = writer.Line(record)[..^1].ToArray();
            if (line.Length < 1_000)
            {
                lines.Add(line);
            }
        }
        return lines;
    }
}

using System.Text;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>The reader of plain envelopes takes nothing in another way than the general one does. <c>scripts/fuzz.sh</c> looks longer.</summary>
public class EnvelopeFuzzTests
{
    private static readonly string[] Lines =
    [
        Replaying.Message(0, 12, 0, "m1"),
        Replaying.Ack(3, 0, 5, "m1"),
        """{"topic":"im-latency","partition":0,"offset":1,"ts":1767225600000,"key":"m1","payload":"{\"a\":\"x\\\"y\\\\\"}"}""",
        """{"topic":"ack","partition":0,"offset":1,"tstype":"logappend","ts":1767225600000,"broker":2,"key":"é","payload":""}""",
        """{"topic":"ack","partition":1000000,"offset":123456789012345678,"tstype":"create","ts":0,"key":"","payload":"\b\f\n\r\t\/é😀"}""",
        """{"topic":"ack","partition":0,"offset":1,"ts":1767225600000,"key":"k","payload":"\u0041"}""",
        """{"topic":"ack","partition":0,"offset":1,"ts":1767225600000,"key":null,"payload":null}""",
    ];

    private static readonly string[] Pieces =
        ["\"", "\\", "\\\"", "\\u0041", "\\ud800", "0", "9", "-", ",", "}", "{", " ", "\n", "\t", "null", "\"key\":\"k\",", "\"ts\":1,", "\u00e9", "1000001", "e1", ".5"];

    [Fact]
    public void Both_read_every_line_alike() => FuzzTime.Repeat(_ => AssertAlike(Random.Shared.Next(), 30_000));

    private static long AssertAlike(int seed, int lines)
    {
        Random random = new(seed);
        EnvelopeReader reader = new("im-latency", "ack");
        RecordBatch fast = new(1);
        RecordBatch general = new(1);
        int records = 0;
        for (int i = 0; i < lines; i++)
        {
            byte[] line = i < Lines.Length ? Encoding.UTF8.GetBytes(Lines[i]) : Mutate(Encoding.UTF8.GetBytes(Lines[random.Next(Lines.Length)]), random);
            fast.Clear();
            general.Clear();

            EnvelopeKind kind = reader.Read(line, fast, out PartitionId partition, out long offset, out string? problem);
            EnvelopeKind expected = reader.ReadAny(line, general, out PartitionId expectedPartition, out long expectedOffset, out string? expectedProblem);

            string context = $"seed {seed}: {Encoding.UTF8.GetString(line)}";
            Assert.True((expected, expectedPartition, expectedOffset, expectedProblem) == (kind, partition, offset, problem), context);
            Assert.True(general.Count == fast.Count, context);
            if (general.Count > 0)
            {
                records++;
                Assert.True(general.Value(0).SequenceEqual(fast.Value(0)), context);
                Assert.True((general.HasValue(0), general.Timestamps[0]) == (fast.HasValue(0), fast.Timestamps[0]), context);
            }
        }
        Assert.InRange(records, lines / 10, lines - 1_000);
        return lines;
    }

    private static byte[] Mutate(byte[] line, Random random)
    {
        List<byte> bytes = [.. line];
        for (int changes = 1 + random.Next(2); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(4))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)(random.Next(2) == 0 ? bytes[at] ^ (1 << random.Next(8)) : random.Next(256));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.Next(4)));
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(3) == 0 ? bytes.Count - at : 0);
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
            }
        }
        return [.. bytes];
    }
}

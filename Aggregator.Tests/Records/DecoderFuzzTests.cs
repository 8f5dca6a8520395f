using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Aggregator.Tests.Windows;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>
/// Records with bytes changed, cut, put in: the decoder says of each what the naive reader says, and never throws. A record that is still accepted is told
/// from the others by what the windows hold in the end. AGGREGATOR_TEST_SECONDS=30 looks longer.
/// </summary>
public class DecoderFuzzTests
{
    private static readonly string[] Pieces =
    [
        "\"", "\\", "\\u", "\\ud83d", "\\u0041", "{", "}", "[", "]", ",", ":", "null", "true", "1", "-", ".", "e", "E+", "0", " ", "\n", "\t", "\0", "//", "/*",
        "\"msg_id\":", "\"send_ts\":", "\"latency\":", "\"to\":null,", "\"a\":{},", "1e400", "\u00e9", "\uFEFF", "[[[[", "}}",
    ];

    [Fact]
    public void A_changed_record_is_taken_as_the_naive_reader_takes_it() => StreamProperty.Holds(1_500, Mutated, (settings, records, _) =>
    {
        ReferenceAggregator reference = new(settings);
        foreach (EnvelopeRecord record in records)
        {
            reference.Add(record.Partition, record.Offset, record.TimestampMs, record.Value);
        }
        reference.Finish();
        FoldRun run = FoldRun.Whole(settings, records);
        return ResultComparer.Difference(reference.Lines, run.Lines) ?? ResultComparer.Difference(reference.Summary, run.Summary);
    });

    [Fact]
    public void Garbage_is_malformed_or_empty_and_never_throws()
    {
        Random random = new(1);
        Decoding decoding = new(null, "region");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] value = new byte[random.Next(40)];
            random.NextBytes(value);
            RejectReason reason = decoding.Decode((RecordTopic)(i & 1), value);
            Assert.Equal(value.Length == 0 ? RejectReason.Empty : RejectReason.Malformed, reason);
        }
    }

    private static (AggregationSettings Settings, IReadOnlyList<EnvelopeRecord> Records) Mutated(int seed)
    {
        RandomStream stream = RandomStream.Create(seed);
        Random random = new(seed);
        EnvelopeRecord[] records = [.. stream.Records.Select(record => random.Next(3) == 0 || record.Value is null ? record : record with { Value = Mutate(record.Value, random) })];
        return (stream.Settings with { Groups = [["region"], ["platform", "region"]] }, records);
    }

    private static byte[] Mutate(byte[] value, Random random)
    {
        List<byte> bytes = [.. value];
        for (int changes = 1 + random.Next(3); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = Math.Min(bytes.Count - at, 1 + random.Next(8));
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 5 when bytes.Count > 2:
                    // A member again: of a repeated field the last one is judged.
                    byte[] inner = [.. bytes.GetRange(1, bytes.Count - 2)];
                    bytes.InsertRange(1, [.. inner, (byte)',']);
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
            }
        }
        return [.. bytes];
    }
}

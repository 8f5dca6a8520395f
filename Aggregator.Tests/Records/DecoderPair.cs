using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>A decoder that learns shapes beside one that reads everything with the general reader: they must say the same of every record.</summary>
internal sealed class DecoderPair
{
    public static readonly string[] Dimensions = ["region", "platform", "node"];

    private const string Json = "\"\\{}[]:,.-+eE0123456789 \n\t\0tfn\x7fu\u00e9";

    private readonly RecordDecoder _fast = new(new FieldNames(), Dimensions, TimeSpan.FromMinutes(5));
    private readonly RecordDecoder _general = new(new FieldNames(), Dimensions, TimeSpan.FromMinutes(5), learnsShapes: false);
    private readonly RecordBatch _batch = new(2);
    private readonly DecodedRecord _fastRecord = new(Dimensions.Length);
    private readonly DecodedRecord _generalRecord = new(Dimensions.Length);

    public long Fallbacks => _fast.Fallbacks;

    public void AssertAgree(RecordTopic topic, byte[] value, long timestampMs, byte[]? behind = null)
    {
        _batch.Clear();
        _batch.Add(new(topic, 0), 0, timestampMs, value);
        _batch.Add(new(topic, 0), 1, timestampMs, behind ?? value);
        _fast.Forget();
        RejectReason fast = _fast.Decode(_batch, 0, _fastRecord);
        RejectReason general = _general.Decode(topic, value, timestampMs, _generalRecord);
        string text = Encoding.Latin1.GetString(value);
        Assert.True(fast == general, $"{text}: {fast} by its shape, {general} in general");
        if (fast == RejectReason.None)
        {
            Assert.True(Describe(_fast, _fastRecord, value) == Describe(_general, _generalRecord, value), text);
        }
    }

    /// <summary>A record of known shape that is cut, anywhere, is left to the general reader, whatever stands behind it.</summary>
    public static void AssertNoCutIsCompleted(byte[] whole)
    {
        DecoderPair pair = new();
        pair.AssertAgree(RecordTopic.Latency, whole, RecordBatch.NoTimestamp);
        for (int length = 1; length < whole.Length; length++)
        {
            pair.AssertAgree(RecordTopic.Latency, whole[..length], RecordBatch.NoTimestamp, behind: whole[length..]);
        }
        Assert.Equal(whole.Length, pair.Fallbacks);
    }

    private static string Describe(RecordDecoder decoder, DecodedRecord record, byte[] value) => string.Join('|',
        record.MessageId, record.HasSender, record.Sender, record.HasRecipient, record.Recipient, record.TimeMs, record.ReportMs, record.IsReceived,
        record.IsReceived ? record.SampleMs : 0, record.IsSuccess, record.IsSuccess ? "" : decoder.ErrorCodeText(value, record),
        decoder.DimensionText(value, record, 0), decoder.DimensionText(value, record, 1), decoder.DimensionText(value, record, 2),
        string.Join(',', record.DimensionHashes.ToArray()));

    /// <summary>A record with one to three changes, of what JSON is made of for the most part.</summary>
    public static byte[] Mutate(byte[] value, TrafficRandom random)
    {
        List<byte> bytes = [.. value];
        for (ulong changes = 1 + (random.Bits() % 3); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = (int)(random.Bits() % (ulong)bytes.Count);
            // What JSON is made of breaks more than any byte would.
            byte other = random.Happens(0.7) ? (byte)Json[(int)(random.Bits() % (ulong)Json.Length)] : (byte)random.Bits();
            switch (random.Bits() % 4)
            {
                case 0:
                    bytes[at] = other;
                    break;
                case 1:
                    bytes.Insert(at, other);
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                default:
                    int length = (int)(random.Bits() % (ulong)(bytes.Count - at));
                    bytes.RemoveRange(at, Math.Min(length, 12));
                    break;
            }
        }
        return [.. bytes];
    }
}

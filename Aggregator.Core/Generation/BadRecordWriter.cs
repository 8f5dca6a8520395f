using System.Text;
using System.Text.Json;
using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>Writes records that must be rejected: every reason, most in the forms in which producers really get them wrong.</summary>
internal sealed class BadRecordWriter(FieldNames names)
{
    /// <summary>How many kinds of bad records there are.</summary>
    public const int Variants = 16;

    private const int TooLong = 65_537;

    /// <summary>The longest value that it writes.</summary>
    public const int LongestValue = TooLong;

    // How far ahead of its Kafka timestamp a record from the future is; over every usual MaxFutureSkew.
    private const long FutureMs = 86_400_000;

    /// <summary>Writes a bad record; returns its length, -1 for a record without a value.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="variant">What is bad about it, 0 to <see cref="Variants"/> - 1.</param>
    /// <param name="id">A <c>msg_id</c>.</param>
    /// <param name="timestampMs">Its Kafka timestamp.</param>
    /// <param name="value">Where its value goes; <see cref="LongestValue"/> bytes at least.</param>
    public int Write(RecordTopic topic, int variant, ReadOnlySpan<byte> id, long timestampMs, Span<byte> value)
    {
        string idText = Encoding.ASCII.GetString(id);
        string good = Record(topic, $"\"{idText}\"", Number(timestampMs));
        switch (variant)
        {
            case 0:
                return -1;
            case 1:
                return 0;
            case 2:
                value[..TooLong].Fill((byte)' ');
                Put(good, value);
                return TooLong;
            case 3:
                // cut off by a buffer that was too small
                return Put(good[..(good.Length / 2)], value);
            case 4:
                // ISO 8859-1 instead of UTF-8
                int length = Put(Record(topic, "\"?\"", Number(timestampMs)), value);
                value[value.IndexOf((byte)'?')] = 0xE9;
                return length;
            case 5:
                // half of an emoji
                return Put(good[..^1] + ",\"text\":\"\\ud83d\"}", value);
            case 6:
                return Put("\uFEFF" + good, value);
            case 7:
                return Put(good + good, value);
            case 8:
                return Put($"{{{Name(names.MsgId)}:\"{idText}\"}}", value);
            case 9:
                return Put(Record(topic, "null", Number(timestampMs)), value);
            case 10:
                return Put(Record(topic, "\"\"", Number(timestampMs)), value);
            case 11:
                return Put(good[..^1] + $",{Name(topic == RecordTopic.Latency ? names.From : names.Uid)}:{{}}}}", value);
            case 12:
                // seconds
                return Put(Record(topic, $"\"{idText}\"", Number(timestampMs / 1_000)), value);
            case 13:
                return Put(Record(topic, $"\"{idText}\"", $"\"{Number(timestampMs)}\""), value);
            case 14:
                return Put(Record(topic, $"\"{idText}\"", Number(timestampMs) + ".0"), value);
            case 15:
                return Put(Record(topic, $"\"{idText}\"", Number(timestampMs + FutureMs)), value);
            default:
                throw new ArgumentOutOfRangeException(nameof(variant));
        }
    }

    private string Record(RecordTopic topic, string id, string time) =>
        $"{{{Name(names.MsgId)}:{id},{Name(topic == RecordTopic.Latency ? names.SendTs : names.AckTs)}:{time}}}";

    private static string Number(long number) => FormattableString.Invariant($"{number}");

    private static string Name(string name) => $"\"{JsonEncodedText.Encode(name)}\"";

    private static int Put(string text, Span<byte> value) => Encoding.UTF8.GetBytes(text, value);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aggregator.Core.Records;

/// <summary>The times of a record: those that it states, and what follows from them (SPEC section 1).</summary>
// HOT: once per record.
internal static class RecordTimes
{
    /// <summary>2000-01-01T00:00:00Z in ms.</summary>
    private const long MinTimestampMs = 946_684_800_000;

    /// <summary>The last millisecond of 2099.</summary>
    private const long MaxTimestampMs = 4_102_444_799_999;

    /// <summary>Reads the times and the sample of a record.</summary>
    /// <param name="first">The first byte of the record.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="record">Takes them; its topic is set.</param>
    /// <returns>False where a timestamp is of another type or out of range.</returns>
    public static bool TryRead(ref byte first, ReadOnlySpan<FieldValue> fields, DecodedRecord record)
    {
        record.IsReceived = false;
        if (!TryReadTimestamp(ref first, fields[RecordSchema.Time], out long time))
        {
            return false;
        }
        record.TimeMs = time;
        if (record.Topic == RecordTopic.Ack)
        {
            return true;
        }
        ref readonly FieldValue recv = ref fields[RecordSchema.RecvTs];
        ref readonly FieldValue latency = ref fields[RecordSchema.Latency];
        bool hasRecv = recv.Type != FieldValue.Kind.Absent;
        bool hasLatency = latency.Type != FieldValue.Kind.Absent;
        long received = 0;
        if (hasRecv && !TryReadTimestamp(ref first, recv, out received))
        {
            return false;
        }
        if (!hasRecv && !hasLatency)
        {
            return true;
        }
        record.IsReceived = true;
        record.SampleMs = hasLatency ? DigitText.ReadRounded(ref Unsafe.Add(ref first, latency.Start), latency.Length) : received - time;
        if (!hasRecv)
        {
            received = Math.Clamp(record.SampleMs, -MaxTimestampMs, MaxTimestampMs) + time;
            if (received is < MinTimestampMs or > MaxTimestampMs)
            {
                return false;
            }
        }
        record.ReceivedMs = received;
        return true;
    }

    private static bool TryReadTimestamp(ref byte first, in FieldValue field, out long timestamp)
    {
        timestamp = 0;
        if (field.Type != FieldValue.Kind.Integer)
        {
            return false;
        }
        ref byte digits = ref Unsafe.Add(ref first, field.Start);
        // 12 digits cover September 2001 and before, 13 what follows to 2286; a minus and other lengths are out of the range in any case.
        if (field.Length == 13 && digits != '-')
        {
            timestamp = DigitText.Read13(ref digits);
            return timestamp is >= MinTimestampMs and <= MaxTimestampMs;
        }
        if (field.Length != 12 || digits == '-')
        {
            return false;
        }
        timestamp = DigitText.ReadEach(MemoryMarshal.CreateReadOnlySpan(ref digits, field.Length));
        return timestamp is >= MinTimestampMs and <= MaxTimestampMs;
    }
}

using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Pipeline;

/// <summary>
/// Says which records were rejected: topic, partition, offset and reason, never the payload; a few lines a minute for each reason, and how many more there were.
/// </summary>
/// <param name="settings">The names of the topics.</param>
/// <param name="logger">Takes the lines.</param>
/// <param name="time">The clock.</param>
public sealed class RejectLog(KafkaSettings settings, ILogger<RejectLog> logger, TimeProvider time) : IRejectObserver
{
    /// <summary>Lines of one reason within a minute.</summary>
    public const int LinesAMinute = 3;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly (long Started, int Lines, long HeldBack)[] _reasons = new (long, int, long)[RejectReasons.All.Count + 1];

    public void Rejected(RecordBatch batch, int index, RejectReason reason)
    {
        ref (long Started, int Lines, long HeldBack) state = ref _reasons[(int)reason];
        if (state.Lines > 0 && time.GetElapsedTime(state.Started) < Period)
        {
            if (state.Lines == LinesAMinute)
            {
                state.HeldBack++;
                return;
            }
        }
        else
        {
            if (state.HeldBack > 0)
            {
                logger.LogWarning("{Count} more records were rejected as {Reason} since the last line about them", state.HeldBack, reason.Label());
            }
            state = (time.GetTimestamp(), 0, 0);
        }
        state.Lines++;
        PartitionId partition = batch.Partitions[index];
        logger.LogWarning("{Topic}[{Partition}]@{Offset}: rejected as {Reason}: {Help}",
            settings.TopicName(partition.Topic), partition.Partition, batch.Offsets[index], reason.Label(), HelpFor(reason, batch.Value(index)));
    }

    private static string HelpFor(RejectReason reason, ReadOnlySpan<byte> value) => reason switch
    {
        RejectReason.Empty => "the record has no value",
        RejectReason.TooLarge => $"the value has {value.Length} bytes, at most {RecordDecoder.MaxValueBytes} are read",
        RejectReason.Malformed when value is [0, ..] => "the value begins with a byte 0, as records of a schema registry do; plain JSON is expected",
        RejectReason.Malformed when value is [0x1F, 0x8B, ..] => "the value is compressed (gzip); plain JSON is expected, let Kafka compress",
        RejectReason.Malformed when value is [0xEF, 0xBB, 0xBF, ..] => "the value begins with a byte order mark; JSON has none",
        RejectReason.Malformed => "the value is not one JSON object of valid UTF-8",
        RejectReason.MissingField => "msg_id, or the time of sending or acknowledging, is missing",
        RejectReason.BadField => "msg_id is empty, or a field has a type that it does not allow",
        RejectReason.BadTimestamp => "a time is no integer of milliseconds since 1970 between the years 2000 and 2099 (seconds? nanoseconds?)",
        _ => "a time is further ahead of the record's Kafka timestamp than Aggregation:MaxFutureSkew; is the producer's clock right?",
    };
}

using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Generation;

/// <summary>
/// SPEC sections 1 to 4 done naively: every id a string, every sample kept, every set a set, nothing closed before the end. It is the oracle of the
/// fold's tests and the truth of generated traffic, so it shares no code with the fold. Memory grows with the input (some 500 bytes a record).
/// The limits of the settings (<see cref="AggregationSettings.MaxSeries"/> and the like) are not applied.
/// </summary>
public sealed class ReferenceAggregator
{
    private const double LargestSample = 86_400_000;

    private readonly AggregationSettings _settings;
    private readonly long _latenessMs;
    private readonly ReferenceDeliveries _deliveries;
    private readonly ReferenceRecordReader _reader;
    private readonly ReferenceWindows _windows;
    private readonly ReferenceCounts _counts = new();
    private readonly Dictionary<PartitionId, long> _watermarks = [];
    private readonly Dictionary<PartitionId, long> _lastOffsets = [];
    private IReadOnlyList<string>? _lines;
    private string? _summary;

    /// <param name="settings">What the results are; those of time without records (SPEC section 5) are not used: <see cref="PassOver"/> tells it.</param>
    /// <param name="fields">The JSON names of the fields; the contract's own where null.</param>
    public ReferenceAggregator(AggregationSettings settings, FieldNames? fields = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _latenessMs = (long)settings.Lateness.TotalMilliseconds;
        _windows = new(settings);
        _deliveries = new(settings, _windows);
        _reader = new(fields ?? new(), [.. settings.Groups.SelectMany(set => set).Distinct()], (long)settings.MaxFutureSkew.TotalMilliseconds);
    }

    /// <summary>The result lines of SPEC section 7, in their order.</summary>
    /// <exception cref="InvalidOperationException">Before <see cref="Finish"/>.</exception>
    public IReadOnlyList<string> Lines => _lines ?? throw new InvalidOperationException("Nothing is final before Finish.");

    /// <summary>The summary of SPEC section 7.</summary>
    /// <exception cref="InvalidOperationException">Before <see cref="Finish"/>.</exception>
    public string Summary => _summary ?? throw new InvalidOperationException("Nothing is final before Finish.");

    /// <summary>Takes the next record.</summary>
    /// <param name="partition">Where it lies.</param>
    /// <param name="offset">Its offset, over all before it in the partition.</param>
    /// <param name="timestampMs">Its Kafka timestamp in ms since the epoch; -1 for none.</param>
    /// <param name="value">Its value; null for none.</param>
    /// <exception cref="ArgumentException">The partition is not in offset order.</exception>
    /// <exception cref="InvalidOperationException">After <see cref="Finish"/>.</exception>
    public void Add(PartitionId partition, long offset, long timestampMs, byte[]? value)
    {
        if (_lines is not null)
        {
            throw new InvalidOperationException("Everything is final already.");
        }
        if (_lastOffsets.TryGetValue(partition, out long last) && offset <= last)
        {
            throw new ArgumentException($"{partition}: offset {offset} comes after {last}", nameof(offset));
        }
        _lastOffsets[partition] = offset;
        ReferenceCounts.Count(_counts.Records, ReferenceCounts.TopicName(partition.Topic));
        RejectReason reason = _reader.Read(partition.Topic, timestampMs, value, out ReferenceRecord? record);
        if (record is null)
        {
            ReferenceCounts.Count(_counts.Rejected, reason.Label());
            return;
        }
        // judged by the watermark as it stands, then moving it
        long? watermark = _watermarks.TryGetValue(partition, out long reached) ? reached : null;
        if (record.Topic == RecordTopic.Latency)
        {
            SentAndReceived(record, watermark);
        }
        else
        {
            Acked(record, watermark);
        }
        long moved = record.ReportTime - _latenessMs;
        _watermarks[partition] = watermark is null ? moved : Math.Max(watermark.Value, moved);
    }

    /// <summary>Time moves on without a partition that was idle (SPEC section 5): what it brings from now on is judged against that time too.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="timeMs">The time, ms since the epoch.</param>
    public void PassOver(PartitionId partition, long timeMs) =>
        _watermarks[partition] = _watermarks.TryGetValue(partition, out long reached) ? Math.Max(reached, timeMs) : timeMs;

    /// <summary>Says that every partition has ended: what is still open becomes final.</summary>
    public void Finish()
    {
        if (_lines is not null)
        {
            return;
        }
        _deliveries.Count();
        List<string> lines = [];
        long windows = 0;
        foreach ((long start, GroupKey key, ReferenceGroup group) in _windows.Results())
        {
            lines.Add(ReferenceOutput.Line(start, _windows.SizeMs, key, group, _settings));
            windows += key.IsTotal ? 1 : 0;
        }
        _lines = lines;
        _summary = ReferenceOutput.Summary(_counts, windows);
    }

    private void SentAndReceived(ReferenceRecord record, long? watermark)
    {
        bool cohortIsClosed = _deliveries.CohortEnd(record.Time) <= watermark;
        if (cohortIsClosed)
        {
            ReferenceCounts.Count(_counts.Late, "sent");
            SenderActivity(record, watermark);
        }
        else if (_deliveries.TryAddSent(record))
        {
            _windows.Count(record.Time, record.Dimensions, group => group.Sent++);
            SenderActivity(record, watermark);
        }
        else
        {
            ReferenceCounts.Count(_counts.Duplicates, "sent");
        }
        if (record.ReceivedAt is not { } receivedAt)
        {
            return;
        }
        if (_windows.EndOf(receivedAt) <= watermark)
        {
            ReferenceCounts.Count(_counts.Late, "received");
        }
        else if (cohortIsClosed || _deliveries.TryAddReceived(record))
        {
            Received(record, receivedAt);
        }
        else
        {
            ReferenceCounts.Count(_counts.Duplicates, "received");
        }
    }

    private void SenderActivity(ReferenceRecord record, long? watermark)
    {
        if (record.Sender is null)
        {
            return;
        }
        if (_windows.EndOf(record.Time) <= watermark)
        {
            ReferenceCounts.Count(_counts.Late, "activity");
            return;
        }
        _windows.Count(record.Time, record.Dimensions, group => group.OnlineUsers.Add(record.Sender));
    }

    private void Received(ReferenceRecord record, long receivedAt)
    {
        double sample = record.Sample!.Value;
        if (sample is < 0 or > LargestSample)
        {
            ReferenceCounts.Count(_counts.SamplesLeftOut, sample < 0 ? "negative_latency" : "latency_out_of_range");
        }
        _windows.Count(receivedAt, record.Dimensions, group =>
        {
            group.Received++;
            if (record.Recipient is not null)
            {
                group.OnlineUsers.Add(record.Recipient);
            }
            if (sample is >= 0 and <= LargestSample)
            {
                group.Samples.Add((long)sample);
            }
        });
    }

    private void Acked(ReferenceRecord record, long? watermark)
    {
        if (_windows.EndOf(record.Time) <= watermark)
        {
            ReferenceCounts.Count(_counts.Late, "acked");
            return;
        }
        _windows.Count(record.Time, record.Dimensions, group =>
        {
            if (record.Recipient is not null)
            {
                group.OnlineUsers.Add(record.Recipient);
            }
            if (record.ErrorCode is null)
            {
                group.Acks++;
            }
            else
            {
                group.AckErrors[record.ErrorCode] = group.AckErrors.GetValueOrDefault(record.ErrorCode) + 1;
            }
        });
        if (record.ErrorCode is null)
        {
            _deliveries.AddAck(record);
        }
    }
}

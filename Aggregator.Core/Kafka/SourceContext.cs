using Aggregator.Core.Diagnostics;
using Aggregator.Core.Scheduling;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Kafka;

/// <summary>What the parts of the source share: settings, clock, and one voice towards status and log. Thread-safe.</summary>
internal sealed class SourceContext(KafkaSettings settings, ServiceStatus status, ILogger logger, TimeProvider time)
{
    private readonly LogThrottle _throttle = new(time, TimeSpan.FromSeconds(30));
    private volatile string? _reason;

    // Why a connection failed; what waits for an answer knows only that none came.
    private volatile string? _trouble;
    private volatile bool _isStandingBy;
    private volatile string? _refusal;

    public KafkaSettings Settings => settings;

    public ServiceStatus Status => status;

    public ILogger Logger => logger;

    public TimeProvider Time => time;

    /// <summary>As <see cref="LeadLimit.UsualRecordsBetweenWaits"/>.</summary>
    public long RecordsBetweenWaits { get; set; } = LeadLimit.UsualRecordsBetweenWaits;

    /// <summary>Keeps the poll thread and the client's on one processor, where that is wanted (ADR 25). Poll thread only.</summary>
    public ThreadGathering? Threads { get; } = ClientThreads.Gathering(settings, time, processor =>
    {
        status.ClientSharesProcessor.Value = processor is null ? 0 : 1;
        logger.LogDebug("The client's threads and the one that takes records from it run {Where}.", processor is null ? "where the system likes" : $"on processor {processor}");
    });

    public TopicNames Names { get; } = new(settings);

    /// <summary>Whether another member of the group is at work and this one waits for its end.</summary>
    public bool IsStandingBy { get => _isStandingBy; set => _isStandingBy = value; }

    /// <summary>Why no partitions are assigned, where the brokers said so; null otherwise.</summary>
    public string? Refusal => _refusal;

    /// <summary>Says why nothing is read.</summary>
    public void NotReady(string reason)
    {
        _reason = reason;
        status.NotReadyReason = reason;
    }

    /// <summary>Takes back what <see cref="NotReady"/> said, unless another part had something else to say since.</summary>
    public void Ready()
    {
        if (_reason is { } reason && ReferenceEquals(status.NotReadyReason, reason))
        {
            status.NotReadyReason = null;
        }
        _reason = null;
    }

    /// <summary>Logs a line, at once and then every 30 s at most.</summary>
    public void Warn(string kind, string text, bool important = true)
    {
        if (_throttle.Allows(kind, out int heldBack))
        {
            logger.Log(important ? LogLevel.Warning : LogLevel.Debug, "{Text}{More}", text, heldBack == 0 ? "" : $" ({heldBack} like this since the last line)");
        }
    }

    /// <summary>The state that lines of a kind were about is over.</summary>
    public void Settled(string kind) => _throttle.Reset(kind);

    /// <summary>Takes note of an error of the client.</summary>
    /// <returns>Whether the consumer is past help.</returns>
    public bool Report(Error error, TopicPartitionOffset? where = null)
    {
        status.KafkaErrors.Add();
        string place = where is null || where.Topic is null ? "" : $" ({where.Topic}[{where.Partition.Value}])";
        switch (error.Code)
        {
            case ErrorCode.Local_Authentication:
            case ErrorCode.Local_Ssl:
                _trouble = error.Reason;
                Disconnected(error.Reason);
                break;
            case ErrorCode.Local_Transport:
            case ErrorCode.Local_Resolve:
                _trouble ??= error.Reason;
                break;
            case ErrorCode.Local_AllBrokersDown:
                Disconnected(error.Reason);
                break;
            case ErrorCode.Local_TimedOut:
                break;
            case ErrorCode.GroupAuthorizationFailed:
                _refusal = $"group {settings.GroupId} may not be used: no authorization (Read on the group)";
                NotReady(_refusal);
                Warn("error:" + error.Code, _refusal + ". Trying again.");
                break;
            case ErrorCode.UnknownTopicOrPart:
            case ErrorCode.Local_UnknownTopic:
            case ErrorCode.Local_UnknownPartition:
                Warn("topic:" + error.Code, $"Kafka: {error.Reason}{place}. Waiting for it.");
                break;
            default:
                Warn("error:" + error.Code, $"Kafka: {error.Reason}{place} ({error.Code}).");
                break;
        }
        return error.IsFatal;
    }

    /// <summary>The brokers do not answer.</summary>
    public void Disconnected(string reason)
    {
        status.KafkaConnected = false;
        string text = $"Kafka at {settings.BootstrapServers} does not answer: {_trouble ?? reason}";
        NotReady(text);
        Warn("connection", text.TrimEnd('.') + ". Trying again until it does.");
    }

    /// <summary>The brokers answered.</summary>
    public void Connected()
    {
        _trouble = null;
        if (!status.KafkaConnected)
        {
            status.KafkaConnected = true;
            Settled("connection");
            logger.LogInformation("Connected to Kafka at {Servers}.", settings.BootstrapServers);
        }
    }

    /// <summary>Logs and counts what was found at the starts of an assignment that is now read.</summary>
    public void ReportStarts(Resolution resolution)
    {
        _refusal = null;
        Ready();
        foreach (StartOffset start in resolution.Starts)
        {
            string partition = Names.Text(start.Assigned.Partition);
            long offset = start.Assigned.StartOffset;
            switch (start.Reason)
            {
                case StartReason.RecordsLost:
                    Lost(start.Assigned.Partition, offset - start.Lost, offset, start.Lost, "committed offset");
                    break;
                case StartReason.LogReplaced:
                    logger.LogError(
                        "{Partition}: the committed offset is beyond the end of the log: the topic was deleted and created again, or cut. "
                        + "Starting at its first offset {Offset}.",
                        partition, offset);
                    break;
                case StartReason.NewPartition:
                    logger.LogInformation("{Partition}: new to group {Group}; starting at its first offset {Offset}.", partition, settings.GroupId, offset);
                    break;
            }
            if (start.Reason is StartReason.Committed or StartReason.RecordsLost && start.Assigned.Committed is null)
            {
                logger.LogWarning("{Partition}: the committed offset {Offset} {Problem}: what was published before it is not known. "
                    + "Windows that begin before its first record are left out.",
                    partition, offset, start.Metadata switch
                    {
                        CommitMetadataOutcome.Damaged => "has damaged metadata",
                        CommitMetadataOutcome.NewerVersion => "was written by a newer version",
                        _ => "has no metadata (was it set by hand?)",
                    });
            }
        }
        logger.LogInformation("Reading {Partitions} partitions ({Latency} of {LatencyTopic}, {Ack} of {AckTopic} exist).",
            resolution.Starts.Count, resolution.LatencyPartitions, settings.LatencyTopic, resolution.AckPartitions, settings.AckTopic);
    }

    /// <summary>Counts and logs records that the log no longer held when they were to be read.</summary>
    public void Lost(Records.PartitionId partition, long from, long earliest, long count, string whatFrom)
    {
        status.LostRecords.GetOrAdd((settings.TopicName(partition.Topic), partition.Partition), static _ => new Counter()).Add(count);
        logger.LogError("{Partition}: {Count} records are lost: the {What} is {From}, the earliest offset of the log is {Earliest}. Is its retention long enough?",
            Names.Text(partition), count, whatFrom, from, earliest);
    }
}

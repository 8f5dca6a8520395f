using System.Collections.Concurrent;

namespace Aggregator.Core.Diagnostics;

/// <summary>
/// What the service knows of itself, for its self-metrics, its readiness and its page. Written by the shells of the pipeline, read by anyone at any time.
/// Counters are <see cref="Counter"/>s; everything else is replaced whole.
/// </summary>
public sealed class ServiceStatus
{
    /// <summary>Open windows that are told of one by one; who looks wants to know what holds the first ones.</summary>
    public const int MaxOpenWindowsShown = 20;

    private volatile IReadOnlyList<PartitionStatus> _partitions = [];
    private volatile IReadOnlyList<OpenWindowStatus> _openWindowList = [];
    private volatile IReadOnlyDictionary<string, int> _topicPartitions = new Dictionary<string, int>();
    private volatile string? _notReadyReason = "starting";
    private volatile string? _foldReason;
    private volatile bool _kafkaConnected;

    /// <summary>Whether the last exchange with the brokers succeeded.</summary>
    public bool KafkaConnected { get => _kafkaConnected; set => _kafkaConnected = value; }

    /// <summary>
    /// Why the service is not ready, in words for an operator; null when it is. The source's reason comes first: what it lacks, the fold lacks too.
    /// Setting it sets the source's.
    /// </summary>
    public string? NotReadyReason { get => _notReadyReason ?? _foldReason; set => _notReadyReason = value; }

    /// <summary>Why the fold does not give out all results yet; null when it does.</summary>
    public string? FoldReason { get => _foldReason; set => _foldReason = value; }

    /// <summary>The assigned partitions of both topics.</summary>
    public IReadOnlyList<PartitionStatus> Partitions { get => _partitions; set => _partitions = value; }

    /// <summary>How many partitions each topic has, those of other members included; empty before the first assignment.</summary>
    public IReadOnlyDictionary<string, int> TopicPartitions { get => _topicPartitions; set => _topicPartitions = value; }

    /// <summary>The earliest open windows, in order, at most <see cref="MaxOpenWindowsShown"/> of the <see cref="OpenWindows"/>.</summary>
    public IReadOnlyList<OpenWindowStatus> OpenWindowList { get => _openWindowList; set => _openWindowList = value; }

    /// <summary>Event time up to which activity is final, ms since the epoch; 0 before the first.</summary>
    public Gauge WatermarkMs { get; } = new();

    public Gauge OpenWindows { get; } = new();

    public Counter Batches { get; } = new();

    /// <summary>Nanoseconds spent in decode and fold.</summary>
    public Counter FoldNanoseconds { get; } = new();

    public Counter WindowsPublished { get; } = new();

    public Counter Commits { get; } = new();

    public Counter CommitFailures { get; } = new();

    /// <summary>When offsets were last committed, ms since the epoch; 0 before the first commit.</summary>
    public Gauge LastCommitMs { get; } = new();

    public Counter Rebalances { get; } = new();

    /// <summary>Errors that the Kafka client reported.</summary>
    public Counter KafkaErrors { get; } = new();

    /// <summary>1 while the threads of the Kafka client share one processor.</summary>
    public Gauge ClientSharesProcessor { get; } = new();

    /// <summary>Offsets that the topic no longer held when they were to be read, by topic and partition.</summary>
    public ConcurrentDictionary<(string Topic, int Partition), Counter> LostRecords { get; } = new();

    /// <summary>Failed attempts of an output, by its name.</summary>
    public ConcurrentDictionary<string, Counter> OutputFailures { get; } = new();

    /// <summary>Results that an output never got, because it took nothing for too long, by its name.</summary>
    public ConcurrentDictionary<string, Counter> OutputDropped { get; } = new();

    /// <summary>Results waiting in front of an output, by its name.</summary>
    public ConcurrentDictionary<string, Gauge> OutputQueued { get; } = new();

    /// <summary>What remote write knows of itself; null where it is not in use. Set before anyone reads.</summary>
    public RemoteWriteStatus? RemoteWrite { get; set; }

    /// <summary>Results of groups and error codes that the page forgot before their window, to bound its memory.</summary>
    public Counter HistoryDropped { get; } = new();

    /// <summary>Connections to the web server that were closed, or refused, because there were too many.</summary>
    public Counter WebConnectionsClosed { get; } = new();

    /// <summary>Copies sent to the dead-letter topic.</summary>
    public Counter DeadLetters { get; } = new();

    /// <summary>Copies that did not reach the dead-letter topic.</summary>
    public Counter DeadLetterFailures { get; } = new();
}

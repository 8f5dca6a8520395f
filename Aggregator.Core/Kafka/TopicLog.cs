using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>The logs of both topics in a cluster, for replays: no group, no commits; committed records only, unless the settings say otherwise.</summary>
public sealed class TopicLog : ITopicLog
{
    /// <summary>How long the brokers may bring nothing while there is more to read, unless said otherwise.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly KafkaSettings _settings;
    private readonly TopicNames _names;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly ConnectionTrouble _trouble;
    private readonly IAdminClient _admin;
    private LogSession? _session;
    private long _progressAt;

    /// <param name="settings">The cluster and the names of the topics.</param>
    /// <param name="time">The clock of the patience.</param>
    /// <param name="patience">How long the brokers may bring nothing while there is more to read; then reading fails.</param>
    public TopicLog(KafkaSettings settings, TimeProvider time, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        Dictionary<string, string> configuration = ClientConfiguration.Admin(settings);
        _settings = settings;
        _names = new(settings);
        _time = time;
        _patience = patience ?? DefaultPatience;
        _trouble = new(configuration, ClusterAdmin.DefaultTimeout);
        _admin = new AdminClientBuilder(configuration)
            .SetErrorHandler((_, error) => _trouble.Note(error))
            .SetLogHandler((_, message) => _trouble.Note(message))
            .Build();
    }

    /// <inheritdoc/>
    /// <exception cref="KafkaUnavailableException">The brokers do not answer, or a topic is not there.</exception>
    public IReadOnlyList<LogExtent> Extents()
    {
        IReadOnlyList<ClusterTopic> topics = Ask(() => TopicQuestion.DescribeAsync(_admin, _names.Both, ClusterAdmin.DefaultTimeout));
        if (topics.FirstOrDefault(topic => topic.Error.IsError) is { } missing)
        {
            throw new KafkaUnavailableException($"topic {missing.Name}: {missing.Error.Reason}");
        }
        PartitionId[] partitions = [.. topics.SelectMany(topic => topic.Partitions.Select(partition => _names.Id(topic.Name, partition.Number))).OrderBy(id => id.Index)];
        Dictionary<PartitionId, long> earliest = Offsets(partitions.Select(partition => (partition, OffsetQuestion.Earliest)));
        Dictionary<PartitionId, long> end = Offsets(partitions.Select(partition => (partition, OffsetQuestion.End)));
        return [.. partitions.Select(partition => new LogExtent(partition, earliest[partition], end[partition]))];
    }

    /// <inheritdoc/>
    /// <exception cref="KafkaUnavailableException">The brokers do not answer.</exception>
    public IReadOnlyDictionary<PartitionId, long> OffsetsAt(IReadOnlyDictionary<PartitionId, long> timesMs)
    {
        ArgumentNullException.ThrowIfNull(timesMs);
        // No record is older than the epoch, and negative times stand for something else.
        return Offsets(timesMs.Select(time => (time.Key, time.Value > 0 ? time.Value : OffsetQuestion.Earliest)));
    }

    /// <inheritdoc/>
    /// <exception cref="KafkaUnavailableException">The client cannot be made.</exception>
    public void Begin(IReadOnlyList<LogSection> sections)
    {
        ArgumentNullException.ThrowIfNull(sections);
        // A consumer of its own for each: the second assignment of one and the same takes seconds to be fetched from.
        End();
        try
        {
            _session = new(_settings, _names, sections, _trouble, _time);
        }
        catch (KafkaException failure)
        {
            throw _trouble.Unavailable(failure);
        }
        _progressAt = _time.GetTimestamp();
    }

    /// <inheritdoc/>
    /// <exception cref="KafkaUnavailableException">The brokers brought nothing for longer than the patience.</exception>
    public LogRead Read(PartitionId partition, RecordBatch batch, TimeSpan wait)
    {
        LogRead read = _session!.Read(partition, batch, wait);
        if (read != LogRead.Nothing)
        {
            _progressAt = _time.GetTimestamp();
        }
        else if (wait > TimeSpan.Zero && _time.GetElapsedTime(_progressAt) > _patience)
        {
            throw new KafkaUnavailableException(
                $"{_names.Text(partition)}: the brokers brought nothing for {_patience.TotalSeconds:0} s, though there is more to read ({_trouble.Reason ?? "no error was reported"})");
        }
        return read;
    }

    public void Dispose()
    {
        End();
        _admin.Dispose();
    }

    private void End()
    {
        if (_session is { } session)
        {
            _session = null;
            var closing = new Thread(session.Dispose) { IsBackground = true, Name = "kafka-close" };
            closing.Start();
            closing.Join(CloseLimit);
        }
    }

    private Dictionary<PartitionId, long> Offsets(IEnumerable<(PartitionId Partition, long Time)> questions)
    {
        IReadOnlyDictionary<TopicPartition, long> offsets = Ask(() => OffsetQuestion.AskAsync(
            _admin, questions.ToDictionary(question => _names.Partition(question.Partition), question => question.Time), ClusterAdmin.DefaultTimeout));
        return offsets.Where(offset => offset.Value >= 0).ToDictionary(offset => _names.Id(offset.Key), offset => offset.Value);
    }

    private T Ask<T>(Func<Task<T>> request)
    {
        try
        {
            return request().GetAwaiter().GetResult();
        }
        catch (KafkaException failure)
        {
            throw _trouble.Unavailable(failure);
        }
    }
}

using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Finds out where an assignment starts: asks for the partitions of both topics, for what the group committed, and for the bounds of each log. Runs beside
/// the poll thread, which must not fall silent however slow the brokers are.
/// </summary>
internal sealed class AssignmentResolver(KafkaSettings settings, TopicNames names, TimeProvider time)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <param name="session">The consumer that the partitions are assigned to.</param>
    /// <param name="assigned">The whole assignment.</param>
    /// <param name="replacedTopics">Topics known to be new ones of an old name: commits of the old one are void.</param>
    /// <exception cref="KafkaException">The brokers do not answer, or refuse.</exception>
    public async Task<Resolution> ResolveAsync(ConsumerSession session, IReadOnlyList<TopicPartition> assigned, IReadOnlySet<string> replacedTopics)
    {
        // Side by side: the client fetches already, and what is asked on the same connection waits until that is answered.
        DateTimeOffset askedAt = time.GetUtcNow();
        long askedTimestamp = time.GetTimestamp();
        Task<IReadOnlyList<ClusterTopic>> topicsTask = session.DescribeTopicsAsync(names.Both, RequestTimeout);
        Task<IReadOnlyDictionary<TopicPartition, long>> earliestTask = session.ListOffsetsAsync(assigned, OffsetQuestion.Earliest, RequestTimeout);
        Task<IReadOnlyDictionary<TopicPartition, long>> endTask = session.ListOffsetsAsync(assigned, OffsetQuestion.End, RequestTimeout);
        IReadOnlyList<ClusterTopic> topics = await topicsTask.ConfigureAwait(false);
        if (WhatIsMissing(topics) is { } missing)
        {
            return Resolution.Waiting(missing);
        }
        int latencyPartitions = Count(topics, settings.LatencyTopic);
        int ackPartitions = Count(topics, settings.AckTopic);

        // All partitions, not only the assigned ones: whether the group is new is a question about the group.
        List<TopicPartition> all = [.. topics.SelectMany(t => t.Partitions, (t, p) => new TopicPartition(t.Name, p.Number)).Union(assigned)];
        Task<Dictionary<TopicPartition, NativeOffset>> committedTask = Task.Run(() => Committed(session, all));
        await Task.WhenAll(committedTask, earliestTask, endTask).ConfigureAwait(false);
        Dictionary<TopicPartition, NativeOffset> committed = await committedTask.ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> earliest = await earliestTask.ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> end = await endTask.ConfigureAwait(false);

        PartitionLog[] logs = [.. assigned.Select(p => new PartitionLog(
            names.Id(p), CommittedOffset(committed[p], replacedTopics), committed[p].Metadata, earliest[p], end[p]))];
        bool isNew = committed.Values.All(c => c.Offset < 0);
        IReadOnlyList<StartOffset> starts = StartOffsets.Decide(logs, Is(settings.AutoOffsetReset, "latest"), isNew);
        await Task.Run(() => Keep(session, starts)).ConfigureAwait(false);
        SourceElement.EndOffsets ends = new(askedAt, askedTimestamp, [.. end.Select(e => KeyValuePair.Create(names.Id(e.Key), e.Value))]);
        return new Resolution(starts, latencyPartitions, ackPartitions, topics.ToDictionary(t => t.Name, t => t.Id), ends, null);
    }

    /// <summary>What hinders reading, in words for an operator; null when nothing does.</summary>
    public static string? WhatIsMissing(IReadOnlyList<ClusterTopic> topics)
    {
        string[] problems = [.. topics.Where(t => t.Error.IsError || t.Partitions.Count == 0).Select(t => t.Error.Code switch
        {
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.NoError => $"topic {t.Name} does not exist",
            ErrorCode.TopicAuthorizationFailed => $"topic {t.Name} may not be read: no authorization",
            _ => $"topic {t.Name}: {t.Error.Reason}",
        })];
        return problems.Length == 0 ? null : string.Join("; ", problems);
    }

    /// <summary>
    /// Commits starts that were not committed before: the end of the log (a crash must not skip what comes from now on), and the new start of a log that lost
    /// its beginning or was replaced (it must not be found and counted again at the next start).
    /// </summary>
    private void Keep(ConsumerSession session, IReadOnlyList<StartOffset> starts)
    {
        NativeOffset[] offsets = [.. starts
            .Where(s => s.Reason is StartReason.Latest or StartReason.RecordsLost or StartReason.LogReplaced)
            .Where(s => s.Metadata != CommitMetadataOutcome.NewerVersion) // that version must find again what it wrote
            .Select(s => new NativeOffset(names.Partition(s.Assigned.Partition), s.Assigned.StartOffset, MetadataOf(s.Assigned)))];
        if (offsets.Length > 0)
        {
            ThrowIfError(session.Native.Commit(offsets));
        }
    }

    // Without metadata a partial start is found to be one again, should the service end before it has published anything.
    private static string? MetadataOf(AssignedPartition assigned) => assigned.IsPartial ? null : (assigned.Committed ?? CommitMetadata.Nothing).Format();

    private static Dictionary<TopicPartition, NativeOffset> Committed(ConsumerSession session, List<TopicPartition> partitions)
    {
        ThrowIfError(session.Native.Committed(partitions, RequestTimeout, out IReadOnlyList<NativeOffset> committed));
        return committed.ToDictionary(c => c.Partition);
    }

    private static long? CommittedOffset(NativeOffset committed, IReadOnlySet<string> replacedTopics) =>
        committed.Offset < 0 ? null
        : replacedTopics.Contains(committed.Partition.Topic) ? long.MaxValue
        : committed.Offset;

    private static void ThrowIfError(ErrorCode code)
    {
        if (code != ErrorCode.NoError)
        {
            throw new KafkaException(new Error(code, NativeConsumer.Text(code)));
        }
    }

    private static int Count(IReadOnlyList<ClusterTopic> topics, string name) => topics.Single(t => t.Name == name).Partitions.Count;

    private static bool Is(string value, string name) => string.Equals(value, name, StringComparison.OrdinalIgnoreCase);
}

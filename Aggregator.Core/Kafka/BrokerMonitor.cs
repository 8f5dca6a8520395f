using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Asks the brokers about once a second, and when reading begins, beside the poll thread: for the ends of the assigned partitions while they are read, else for the topics. So it is
/// known whether Kafka answers, which topic is missing, whether one was replaced, and whether a gap in the offsets lost records.
/// </summary>
internal sealed class BrokerMonitor(SourceContext context, AssignmentBoard board)
{
    private const int RoundsPerLookAtTopics = 5;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    // A request that was under way when the group gave the member up may never be answered by the client: it is left behind.
    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(8);

    // Partitions of both topics: at the last look, and when the client was last told to look by itself.
    private int? _seen;
    private int? _told;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, context.Time);
        Task<bool> tick = TickAsync(timer, stop);
        Task begun = board.WhenBegun;
        for (int round = 0; ; round++)
        {
            if (await Task.WhenAny(tick, begun).ConfigureAwait(false) == tick)
            {
                if (!await tick.ConfigureAwait(false))
                {
                    return;
                }
                tick = TickAsync(timer, stop);
            }
            begun = board.WhenBegun;
            AssignmentView view = board.Current;
            if (view.Session is not { } session)
            {
                continue;
            }
            try
            {
                await LookAsync(session, view, round).WaitAsync(LongestRound, context.Time, stop).ConfigureAwait(false);
            }
            catch (KafkaException e)
            {
                if (!stop.IsCancellationRequested && ReferenceEquals(board.Current.Session, session))
                {
                    Failed(e.Error);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Told to end: the loop looks.
            }
            catch (ObjectDisposedException)
            {
                // The consumer ended meanwhile.
            }
#pragma warning disable CA1031 // Without its answers nothing becomes idle and the service never ready: whatever one round met, the next is asked.
            catch (Exception e)
#pragma warning restore CA1031
            {
                context.Warn("monitor:" + e.GetType().Name, $"Kafka could not be asked for the ends of the partitions: {e.Message}");
            }
        }
    }

    private async Task LookAsync(ConsumerSession session, AssignmentView view, int round)
    {
        if (!view.IsRead || round % RoundsPerLookAtTopics == 0)
        {
            IReadOnlyList<ClusterTopic> topics = await session.DescribeTopicsAsync(context.Names.Both, RequestTimeout).ConfigureAwait(false);
            context.Connected();
            LookAt(topics, view);
            await LookForNewPartitionsAsync(session, view, topics).ConfigureAwait(false);
        }
        if (view.IsRead)
        {
            DateTimeOffset askedAt = context.Time.GetUtcNow();
            long askedTimestamp = context.Time.GetTimestamp();
            IReadOnlyDictionary<TopicPartition, long> ends =
                await session.ListOffsetsAsync(view.Partitions, OffsetQuestion.End, RequestTimeout).ConfigureAwait(false);
            context.Connected();
            if (ReferenceEquals(board.Current, view))
            {
                context.Ready();
            }
            board.OfferEnds(view.Number, new SourceElement.EndOffsets(
                askedAt, askedTimestamp, [.. ends.Select(e => KeyValuePair.Create(context.Names.Id(e.Key), e.Value))]));
            await LookIntoJumpsAsync(session).ConfigureAwait(false);
        }
    }

    // The client by itself would see them within half a minute.
    private async Task LookForNewPartitionsAsync(ConsumerSession session, AssignmentView view, IReadOnlyList<ClusterTopic> topics)
    {
        int count = topics.Sum(t => t.Partitions.Count);
        if (view.IsRead ? count > view.Partitions.Count && count != _told : count > _seen)
        {
            await session.LookAgainAtTopicsAsync(RequestTimeout).ConfigureAwait(false);
            _told = count;
        }
        _seen = count;
    }

    private void LookAt(IReadOnlyList<ClusterTopic> topics, AssignmentView view)
    {
        string? missing = AssignmentResolver.WhatIsMissing(topics);
        if (!view.IsRead)
        {
            if (context.IsStandingBy)
            {
                return; // what is missing, the member at work tells
            }
            if (missing is not null)
            {
                context.NotReady(missing);
                context.Warn("missing:" + missing, $"Waiting: {missing}.");
            }
            else if (view.Partitions.Count == 0)
            {
                context.NotReady(context.Refusal ?? $"no partitions are assigned: group {context.Settings.GroupId} is being joined, or other members hold them");
            }
            return;
        }
        if (missing is not null)
        {
            // Until the ends are answered again.
            context.NotReady(missing);
            context.Warn("missing:" + missing, $"Nothing more is read: {missing}.");
        }
        var replaced = topics
            .Where(t => !t.Error.IsError && view.TopicIds.TryGetValue(t.Name, out string? id) && id != t.Id)
            .Select(t => t.Name)
            .ToHashSet();
        if (replaced.Count > 0 && ReferenceEquals(board.Current, view))
        {
            board.AskResync($"topic {string.Join(", ", replaced)} was deleted and created again", replaced);
        }
    }

    private async Task LookIntoJumpsAsync(ConsumerSession session)
    {
        IReadOnlyList<KeyValuePair<PartitionId, (long From, long To)>> jumps = board.TakeJumps();
        if (jumps.Count == 0)
        {
            return;
        }
        IReadOnlyDictionary<TopicPartition, long> earliest = await session.ListOffsetsAsync(
            [.. jumps.Select(j => context.Names.Partition(j.Key))], OffsetQuestion.Earliest, RequestTimeout).ConfigureAwait(false);
        foreach ((PartitionId partition, (long from, long to)) in jumps)
        {
            long first = earliest[context.Names.Partition(partition)];
            if (first > from)
            {
                context.Lost(partition, from, first, Math.Min(first, to) - from, "next offset to read");
            }
        }
    }

    private void Failed(Error error)
    {
        if (error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve
            or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.RequestTimedOut)
        {
            context.Disconnected(error.Reason);
        }
        else
        {
            context.Warn("monitor:" + error.Code, $"Kafka does not tell the ends of the partitions: {error.Reason}.");
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

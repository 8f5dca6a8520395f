using System.Collections.Concurrent;
using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// What the poll thread and the threads beside it tell each other: the assignment as it stands, answers about ends, gaps to be looked into. The poll thread
/// writes the assignment; a commit and a change of the assignment exclude each other as far as the group allows to wait.
/// </summary>
internal sealed class AssignmentBoard(TopicNames names) : IOffsetStore
{
    /// <summary>How long a change of the assignment waits for a commit under way: the partitions move on only after it, so a later owner reads what it wrote.</summary>
    private static readonly TimeSpan PatienceForCommit = TimeSpan.FromMilliseconds(500);

    private readonly Lock _commit = new();
    private readonly ConcurrentDictionary<PartitionId, (long From, long To)> _jumps = [];
    private volatile AssignmentView _current = AssignmentView.None;
    private volatile IReadOnlySet<string> _replacedTopics = new HashSet<string>();
    private (long Number, SourceElement.EndOffsets Ends)? _ends;
    private string? _resync;
    private readonly Lock _requests = new();
    private volatile TaskCompletionSource _begun = NewSignal();

    public AssignmentView Current => _current;

    /// <summary>Topics that were deleted and created again while they were read: what is committed for them means nothing.</summary>
    public IReadOnlySet<string> ReplacedTopics => _replacedTopics;

    /// <summary>Done when the next assignment is read.</summary>
    public Task WhenBegun => _begun.Task;

    /// <summary>The assignment changed; it is not read yet.</summary>
    public void Publish(ConsumerSession session, IEnumerable<TopicPartition> partitions) =>
        Replace(new AssignmentView(session, _current.Number + 1, [.. partitions], false, _current.TopicIds));

    /// <summary>The assignment is read from now on.</summary>
    /// <returns>Its number.</returns>
    public long PublishRead(ConsumerSession session, Resolution resolution)
    {
        lock (_requests)
        {
            _replacedTopics = new HashSet<string>();
            _resync = null;
        }
        Replace(new AssignmentView(
            session, _current.Number, [.. resolution.Starts.Select(s => names.Partition(s.Assigned.Partition))], true, resolution.TopicIds));
        TaskCompletionSource begun = _begun;
        _begun = NewSignal();
        begun.SetResult();
        return _current.Number;
    }

    /// <summary>The consumer is gone.</summary>
    public void Withdraw() => Replace(new AssignmentView(null, _current.Number + 1, [], false, _current.TopicIds));

    /// <summary>Offsets were passed over between two records. Of several gaps of a partition the largest is kept until it is looked into.</summary>
    public void Jumped(PartitionId partition, long from, long to) =>
        _jumps.AddOrUpdate(partition, (from, to), (_, known) => known.To - known.From >= to - from ? known : (from, to));

    /// <summary>The gaps since the last call.</summary>
    public IReadOnlyList<KeyValuePair<PartitionId, (long From, long To)>> TakeJumps()
    {
        KeyValuePair<PartitionId, (long From, long To)>[] jumps = [.. _jumps];
        foreach (KeyValuePair<PartitionId, (long From, long To)> jump in jumps)
        {
            _jumps.TryRemove(jump);
        }
        return jumps;
    }

    public void OfferEnds(long number, SourceElement.EndOffsets ends)
    {
        lock (_requests)
        {
            _ends = (number, ends);
        }
    }

    /// <summary>The last answer about ends, once, if it is about the assignment as it stands.</summary>
    public SourceElement.EndOffsets? TakeEnds()
    {
        lock (_requests)
        {
            SourceElement.EndOffsets? ends = _ends?.Number == _current.Number ? _ends?.Ends : null;
            _ends = null;
            return ends;
        }
    }

    /// <summary>Asks the poll thread to find the start offsets anew.</summary>
    public void AskResync(string reason, IReadOnlySet<string> replacedTopics)
    {
        lock (_requests)
        {
            _replacedTopics = replacedTopics;
            _resync = reason;
        }
    }

    public string? TakeResync()
    {
        lock (_requests)
        {
            string? reason = _resync;
            _resync = null;
            return reason;
        }
    }

    public CommitOutcome Commit(IReadOnlyList<CommitPoint> points, long assignment, out string? problem)
    {
        lock (_commit)
        {
            AssignmentView view = _current;
            problem = null;
            if (view.Session is null || view.Number != assignment)
            {
                return CommitOutcome.Void;
            }
            var assigned = view.Partitions.ToHashSet();
            NativeOffset[] offsets = [.. points
                .Select(p => new NativeOffset(names.Partition(p.Partition), p.Offset, p.Metadata.Format()))
                .Where(o => assigned.Contains(o.Partition))];
            if (offsets.Length == 0)
            {
                return CommitOutcome.Void;
            }
            ErrorCode error = Send(view.Session, offsets);
            problem = error == ErrorCode.NoError ? null : NativeConsumer.Text(error);
            return error switch
            {
                ErrorCode.NoError => CommitOutcome.Done,
                ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId or ErrorCode.Local_Fenced
                    or ErrorCode.Local_AssignmentLost or ErrorCode.Local_Destroy or FencedMemberEpoch => CommitOutcome.Void,
                _ => CommitOutcome.Failed,
            };
        }
    }

    // KIP-848; not among the names of Confluent.Kafka 2.16.
    private const ErrorCode FencedMemberEpoch = (ErrorCode)110;

    private static ErrorCode Send(ConsumerSession session, NativeOffset[] offsets)
    {
        try
        {
            return session.Native.Commit(offsets);
        }
        catch (ObjectDisposedException)
        {
            return ErrorCode.Local_Destroy;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Replace(AssignmentView view)
    {
        bool entered = _commit.TryEnter(PatienceForCommit);
        try
        {
            _current = view;
        }
        finally
        {
            if (entered)
            {
                _commit.Exit();
            }
        }
    }
}

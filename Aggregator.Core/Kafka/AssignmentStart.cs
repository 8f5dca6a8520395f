using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Takes an assignment from "these partitions" to "each is positioned at its start": asks the resolver, beside the poll thread, until it knows, then sets the
/// positions until the client takes them. The poll thread calls it again and again.
/// </summary>
internal sealed class AssignmentStart(SourceContext context, ConsumerSession session, AssignmentResolver resolver)
{
    // With waits of 25 to 400 ms before it; a client that fetches at all does so by then.
    private const int SeeksBeforeRestart = 5;

    // After some 50 s of 5 s waits and shorter ones.
    private const int SeeksBeforeReplacement = 17;

    private static readonly TimeSpan SeekTimeout = TimeSpan.FromSeconds(5);

    private readonly Backoff _retry = new(context.Time, TimeSpan.FromMilliseconds(25), TimeSpan.FromSeconds(5));
    private Task<Resolution>? _resolving;
    private Resolution? _resolved;

    /// <summary>Why the client has to be replaced; null while it need not.</summary>
    public string? Hopeless { get; private set; }

    /// <summary>Begins anew: the assignment changed, and answers about the former one are void.</summary>
    public void Restart()
    {
        _resolving = null;
        _resolved = null;
        _retry.Reset();
    }

    /// <summary>A step on the way; the start offsets when they are set, else null.</summary>
    public Resolution? Step(IEnumerable<TopicPartition> assigned, IReadOnlySet<string> replacedTopics)
    {
        if (!_retry.IsOver)
        {
            return null;
        }
        if (_resolved is null)
        {
            _resolving ??= resolver.ResolveAsync(session, [.. assigned], replacedTopics);
            if (!_resolving.IsCompleted)
            {
                return null;
            }
            _resolved = Take(_resolving);
            _resolving = null;
        }
        return _resolved is { } resolution && SetPositions(resolution) ? resolution : null;
    }

    private Resolution? Take(Task<Resolution> task)
    {
        if (task.IsCompletedSuccessfully && task.Result.WaitingFor is null)
        {
            _retry.Reset();
            return task.Result;
        }
        string reason;
        if (task.IsCompletedSuccessfully)
        {
            reason = task.Result.WaitingFor!;
            context.Connected();
            context.NotReady(reason);
        }
        else
        {
            reason = task.Exception?.GetBaseException().Message ?? "cancelled";
            context.NotReady("start offsets are not known yet: " + reason);
        }
        context.Warn("resolve:" + reason, $"Reading does not start yet: {reason}. Asking again.");
        _retry.Lengthen();
        return null;
    }

    private bool SetPositions(Resolution resolution)
    {
        NativeOffset[] positions = [.. resolution.Starts.Select(s => new NativeOffset(
            context.Names.Partition(s.Assigned.Partition), s.Assigned.StartOffset, null))];
        try
        {
            ErrorCode error = session.Native.Seek(positions, SeekTimeout);
            if (error == ErrorCode.Local_State && _retry.Count >= SeeksBeforeRestart)
            {
                session.Restart([.. positions.Select(p => new TopicPartitionOffset(p.Partition, p.Offset))]);
                return true;
            }
            if (error == ErrorCode.NoError)
            {
                return true;
            }
            // "Erroneous state" is usual right after an assignment: librdkafka has not begun to fetch yet.
            context.Warn("seek:" + error, $"The positions are not set yet: {NativeConsumer.Text(error)}. Trying again.", error != ErrorCode.Local_State);
        }
        catch (KafkaException e)
        {
            context.Warn("seek:" + e.Error.Code, $"The positions are not set yet: {e.Error.Reason}. Trying again.");
        }
        _retry.Lengthen();
        if (_retry.Count > SeeksBeforeReplacement)
        {
            Hopeless = "positions could not be set";
        }
        return false;
    }
}

using Aggregator.Core.Records;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Result = Confluent.Kafka.ConsumeResult<Aggregator.Core.Kafka.BatchWriter.CopiedKey, Aggregator.Core.Kafka.BatchWriter.CopiedValue>;

namespace Aggregator.Core.Kafka;

/// <summary>
/// The poll thread's work with one consumer: assignments come, are resolved to start offsets, are read; records become batches. Everything here runs on
/// that thread, the rebalance handlers included (Confluent.Kafka calls them within <c>Consume</c>), so nothing here needs a lock and nothing may block for long.
/// </summary>
internal sealed class ConsumerLoop
{
    private const int IdleWaitMs = 50;
    private const int FillingWaitMs = 5;

    /// <summary>How long the group hears nothing while no batch is free; after that the partitions are paused and polling goes on.</summary>
    private static readonly TimeSpan PatienceForRoom = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Until start offsets are known, records are dropped; after this long they are not even fetched. Not sooner: it takes librdkafka up to a second to
    /// fetch again after a pause.
    /// </summary>
    private static readonly TimeSpan PatienceForStarts = TimeSpan.FromSeconds(1);

    // With waits of 100, 200, 400 ms before it; a client that fetches at all does so by then.
    private const int SeeksBeforeRestart = 3;

    // After some 50 s of 5 s waits and shorter ones.
    private const int SeeksBeforeReplacement = 15;

    private static readonly TimeSpan SeekTimeout = TimeSpan.FromSeconds(5);

    private readonly SourceContext _context;
    private readonly SourceOutput _output;
    private readonly AssignmentResolver _resolver;
    private readonly AssignmentBoard _board;
    private readonly HashSet<TopicPartition> _assigned = [];
    private ConsumerSession _session = null!;
    private long[] _next = [];
    private State _state = State.Unassigned;
    private Task<Resolution>? _resolving;
    private Resolution? _resolved;
    private readonly Backoff _retry;
    private long _changedAt;

    // What librdkafka was told last: of partitions that stay with us over a rebalance it remembers the pause, new ones are not paused.
    private bool _paused;
    private bool _newUnpaused;
    private bool _roomMissing;
    private bool _seekBeforeResume;
    private string? _broken;
    private volatile bool _abandoned;

    public ConsumerLoop(SourceContext context, SourceOutput output, AssignmentResolver resolver, AssignmentBoard board)
    {
        _context = context;
        _output = output;
        _resolver = resolver;
        _board = board;
        _retry = new Backoff(context.Time, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
    }

    private enum State
    {
        /// <summary>No partition is assigned.</summary>
        Unassigned,

        /// <summary>Partitions are assigned and paused until it is known where they start.</summary>
        Resolving,

        /// <summary>Records become batches.</summary>
        Reading,

        /// <summary>The stream has ended; the member stays in the group for the last commit.</summary>
        Ended,
    }

    /// <summary>Handlers for the consumer to be given to <see cref="Run"/>.</summary>
    public ConsumerHandlers Handlers(Action<LogMessage> log) => new(
        partitions => Changed(partitions, _assigned.UnionWith, "assigned"),
        partitions => Changed(partitions, _assigned.ExceptWith, "revoked"),
        error =>
        {
            if (_context.Report(error))
            {
                Break(error.Reason);
            }
        },
        log);

    /// <summary>Asks to end this consumer, from any thread; another takes its place.</summary>
    public void Break(string reason) => Interlocked.CompareExchange(ref _broken, reason, null);

    /// <summary>Reads until <paramref name="stop"/>, or until the consumer is past help; then says why.</summary>
    public string? Run(ConsumerSession session, Func<bool> stop, Func<bool> end)
    {
        _session = session;
        session.Consumer.Subscribe(_context.Names.Both);
        _board.Publish(session, []);
        while (!stop())
        {
            if (Volatile.Read(ref _broken) is { } broken)
            {
                return broken;
            }
            if (end() && _state != State.Ended)
            {
                _state = State.Ended;
                _output.Complete();
            }
            Resolve();
            TakeRequests();
            SetPaused(WantsPause());
            Poll();
        }
        return null;
    }

    /// <summary>Forgets the assignment: the consumer is gone.</summary>
    public void Abandon()
    {
        _abandoned = true;
        if (_state != State.Ended)
        {
            _output.Void();
        }
        _assigned.Clear();
        _board.Withdraw();
    }

    private bool WantsPause() => _state switch
    {
        State.Reading => _roomMissing,
        State.Resolving => _context.Time.GetElapsedTime(_changedAt) > PatienceForStarts,
        _ => true,
    };

    private void Poll()
    {
        bool reading = _state == State.Reading;
        if (reading)
        {
            // Pausing drops what was fetched, so a short want of room is waited out in silence.
            _roomMissing = !_output.HasRoom(_paused ? TimeSpan.FromMilliseconds(IdleWaitMs) : PatienceForRoom);
            if (_roomMissing != _paused)
            {
                return;
            }
        }
        int before = _output.Count;
        try
        {
            Result? result = _session.Consumer.Consume(before > 0 || _state == State.Resolving ? FillingWaitMs : IdleWaitMs);
            if (result is not null)
            {
                Take(result);
            }
            else if (_state == State.Reading)
            {
                _output.FlushOld(_next);
            }
        }
        catch (ConsumeException e)
        {
            _output.TruncateTo(Math.Min(before, _output.Count));
            if (_context.Report(e.Error, e.ConsumerRecord?.TopicPartitionOffset))
            {
                Break(e.Error.Reason);
            }
        }
    }

    // HOT: once per record.
    private void Take(Result result)
    {
        if (_state != State.Reading)
        {
            return; // fetched before the pause took hold; the seek brings it again
        }
        PartitionId partition = _context.Names.Id(result.Topic, result.Partition.Value);
        long offset = result.Offset.Value;
        long expected = partition.Index < _next.Length ? _next[partition.Index] : -1;
        if (result.IsPartitionEOF)
        {
            TakeEnd(partition, expected, offset);
            return;
        }
        if (_output.Count == 0)
        {
            _seekBeforeResume = true; // no room: it was dropped
            return;
        }
        if (offset != expected && !Follows(partition, expected, offset))
        {
            _output.TruncateTo(_output.Count - 1);
            return;
        }
        _next[partition.Index] = offset + 1;
        Timestamp timestamp = result.Message.Timestamp;
        _output.Accept(partition, offset, timestamp.Type == TimestampType.NotAvailable ? RecordBatch.NoTimestamp : timestamp.UnixTimestampMs);
    }

    private void TakeEnd(PartitionId partition, long expected, long offset)
    {
        if (expected < 0)
        {
            return;
        }
        if (offset > expected)
        {
            Jumped(partition, expected, offset);
        }
        _output.AtEnd(partition, offset);
        _output.FlushOld(_next);
    }

    private bool Follows(PartitionId partition, long expected, long offset)
    {
        if (expected < 0)
        {
            return false;
        }
        if (offset > expected)
        {
            Jumped(partition, expected, offset);
            return true;
        }
        Resync($"{_context.Names.Text(partition)} went back from offset {expected} to {offset}: its log was cut or replaced");
        return false;
    }

    // Markers of transactions and compaction leave gaps too; whether records were lost, the brokers must say.
    private void Jumped(PartitionId partition, long from, long to)
    {
        _next[partition.Index] = to;
        _board.Jumped(partition, from, to);
    }

    private void Changed(List<TopicPartition> partitions, Action<IEnumerable<TopicPartition>> apply, string what)
    {
        if (_abandoned)
        {
            return; // closing, maybe on another thread
        }
        int before = _assigned.Count;
        apply(partitions);
        _newUnpaused = true;
        if (_assigned.Count == before && partitions.Count == 0)
        {
            return; // the cooperative protocol says so after every rebalance that leaves ours alone
        }
        _context.Status.Rebalances.Add();
        _context.Logger.LogInformation("Partitions {What}: {Partitions}; {Count} are assigned now.",
            what, string.Join(", ", partitions.Select(p => _context.Names.Text(_context.Names.Id(p))).Order(StringComparer.Ordinal)), _assigned.Count);
        Restart();
    }

    private void Resync(string reason)
    {
        _context.Logger.LogWarning("Reading starts again at the committed offsets: {Reason}.", reason);
        Restart();
    }

    private void Restart()
    {
        if (_state == State.Ended)
        {
            _board.Publish(_session, _assigned);
            return;
        }
        _board.Publish(_session, _assigned);
        _output.Void();
        _next = [];
        _resolving = null;
        _resolved = null;
        _retry.Reset();
        _roomMissing = false;
        _changedAt = _context.Time.GetTimestamp();
        _state = _assigned.Count == 0 ? State.Unassigned : State.Resolving;
        if (_state == State.Unassigned)
        {
            _context.NotReady($"no partitions are assigned: waiting for group {_context.Settings.GroupId}");
        }
    }

    private void Resolve()
    {
        if (_state != State.Resolving || !_retry.IsOver)
        {
            return;
        }
        if (_resolved is { } resolved)
        {
            Start(resolved);
            return;
        }
        if (_resolving is null)
        {
            _resolving = _resolver.ResolveAsync(_session, [.. _assigned], _board.ReplacedTopics);
            return;
        }
        if (!_resolving.IsCompleted)
        {
            return;
        }
        Task<Resolution> task = _resolving;
        _resolving = null;
        if (task.IsCompletedSuccessfully && task.Result.WaitingFor is null)
        {
            _resolved = task.Result;
            Start(task.Result);
            return;
        }
        string reason = task.IsCompletedSuccessfully ? task.Result.WaitingFor! : task.Exception!.GetBaseException().Message;
        _context.NotReady(task.IsCompletedSuccessfully ? reason : "start offsets are not known yet: " + reason);
        _context.Warn("resolve:" + reason, $"Reading does not start yet: {reason}. Asking again.");
        _retry.Lengthen();
    }

    private void Start(Resolution resolution)
    {
        NativeOffset[] positions = [.. resolution.Starts.Select(s => new NativeOffset(
            _context.Names.Partition(s.Assigned.Partition), s.Assigned.StartOffset, null))];
        if (!SetPositions(positions))
        {
            return;
        }
        _next = new long[positions.Length == 0 ? 0 : resolution.Starts.Max(s => s.Assigned.Partition.Index) + 1];
        Array.Fill(_next, -1);
        foreach (StartOffset start in resolution.Starts)
        {
            _next[start.Assigned.Partition.Index] = start.Assigned.StartOffset;
        }
        _state = State.Reading;
        _resolved = null;
        _context.Connected();
        _context.ReportStarts(resolution);
        long number = _board.PublishRead(_session, resolution);
        _output.Announce(new SourceElement.Assigned([.. resolution.Starts.Select(s => s.Assigned)], resolution.LatencyPartitions, resolution.AckPartitions)
        {
            Number = number,
        });
    }

    private bool SetPositions(NativeOffset[] positions)
    {
        try
        {
            ErrorCode error = _session.Native.Seek(positions, SeekTimeout);
            if (error == ErrorCode.Local_State && _retry.Count >= SeeksBeforeRestart)
            {
                _session.Restart([.. positions.Select(p => new TopicPartitionOffset(p.Partition, p.Offset))]);
                return true;
            }
            if (error == ErrorCode.NoError)
            {
                return true;
            }
            // "Erroneous state" is usual right after an assignment: librdkafka has not begun to fetch yet.
            _context.Warn("seek:" + error, $"The positions are not set yet: {NativeConsumer.Text(error)}. Trying again.", error != ErrorCode.Local_State);
        }
        catch (KafkaException e)
        {
            _context.Warn("seek:" + e.Error.Code, $"The positions are not set yet: {e.Error.Reason}. Trying again.");
        }
        _retry.Lengthen();
        if (_retry.Count > SeeksBeforeReplacement)
        {
            Break("positions could not be set");
        }
        return false;
    }

    private void TakeRequests()
    {
        if (_state == State.Reading && _board.TakeEnds() is { } ends)
        {
            _output.EndOffsets(ends);
        }
        if (_state == State.Reading && _board.TakeResync() is { } reason)
        {
            Resync(reason);
        }
    }

    private void SetPaused(bool paused)
    {
        if (_assigned.Count == 0 || (paused == _paused && !(paused && _newUnpaused)))
        {
            return;
        }
        try
        {
            if (paused)
            {
                _session.Consumer.Pause(_assigned);
            }
            else
            {
                if (_seekBeforeResume)
                {
                    _session.Native.Seek([.. _assigned.Select(p => new NativeOffset(p, _next[_context.Names.Id(p).Index], null))], SeekTimeout);
                    _seekBeforeResume = false;
                }
                _session.Consumer.Resume(_assigned);
            }
            _paused = paused;
            _newUnpaused = false;
        }
        catch (KafkaException e)
        {
            _context.Warn("pause", $"Partitions could not be {(paused ? "paused" : "resumed")}: {e.Error.Reason}. Trying again.");
        }
    }
}

using Aggregator.Core.Records;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Result = Confluent.Kafka.ConsumeResult<Aggregator.Core.Kafka.BatchWriter.CopiedKey, Aggregator.Core.Kafka.BatchWriter.CopiedValue>;

namespace Aggregator.Core.Kafka;

/// <summary>
/// The poll thread's work with one consumer: assignments come, get their start offsets, are read; records become batches. Everything here runs on that
/// thread, the rebalance handlers included (Confluent.Kafka calls them within <c>Consume</c>), so nothing here needs a lock and nothing may block for long.
/// </summary>
internal sealed class ConsumerLoop
{
    private const int IdleWaitMs = 50;
    private const int BusyWaitMs = 5;

    /// <summary>
    /// How long the group hears nothing while no batch is free; after that the partitions are paused and polling goes on. Not sooner: pausing drops what was
    /// fetched, and it takes librdkafka up to a second to fetch again.
    /// </summary>
    private static readonly TimeSpan PatienceForRoom = TimeSpan.FromMilliseconds(250);

    /// <summary>Until start offsets are known, records are dropped; after this long they are not even fetched.</summary>
    private static readonly TimeSpan PatienceForStarts = TimeSpan.FromSeconds(1);

    /// <summary>How long a partition with more records may bring none before it is sought again, and at the third time the consumer replaced.</summary>
    private static readonly TimeSpan PatienceForProgress = TimeSpan.FromSeconds(30);

    /// <summary>How long partitions may be missing before it is asked who holds them: rebalances take several rounds.</summary>
    private static readonly TimeSpan PatienceForAll = TimeSpan.FromSeconds(2);

    private readonly SourceContext _context;
    private readonly SourceOutput _output;
    private readonly AssignmentBoard _board;
    private readonly ConsumerSession _session;
    private readonly StandbyGate? _gate;
    private readonly AssignmentStart _start;
    private readonly PauseSwitch _pause;
    private readonly StallDetector _stalls;
    private readonly Positions _positions = new();
    private readonly HashSet<TopicPartition> _assigned = [];
    private State _state = State.Outside;
    private bool _isIncomplete;
    private bool _lost;
    private long _changedAt;
    private bool _roomMissing;
    private bool _seekBack;
    private bool _abandoned;
    private string? _broken;

    public ConsumerLoop(
        SourceContext context, SourceOutput output, AssignmentBoard board, AssignmentResolver resolver,
        Func<ConsumerHandlers, ConsumerSession> open, Func<ConsumerSession, StandbyGate?> gate)
    {
        _context = context;
        _output = output;
        _board = board;
        _session = open(new ConsumerHandlers(
            partitions => Changed(partitions, _assigned.UnionWith, "assigned"),
            partitions => Changed(partitions, _assigned.ExceptWith, "revoked"),
            Lose,
            error => Report(error)));
        _gate = gate(_session);
        _start = new AssignmentStart(context, _session, resolver);
        _pause = new PauseSwitch(context, _session, _assigned);
        _stalls = new StallDetector(context.Time, PatienceForProgress);
    }

    private enum State
    {
        /// <summary>Not in the group: another member may be at work.</summary>
        Outside,

        /// <summary>No partition is assigned.</summary>
        Unassigned,

        /// <summary>Partitions are assigned; where they start is not known or not set yet.</summary>
        Starting,

        /// <summary>Records become batches.</summary>
        Reading,

        /// <summary>The stream has ended; the member stays in the group for the last commit.</summary>
        Ended,
    }

    /// <summary>Whether the run ended to leave the group to another member: a next consumer stands by.</summary>
    public bool MadeWay { get; private set; }

    /// <summary>Reads until <paramref name="stop"/>, or until the consumer is past help; then says why.</summary>
    public string? Run(Func<bool> stop, Func<bool> end)
    {
        _board.Publish(_session, []);
        while (!stop())
        {
            if ((_broken ?? _start.Hopeless ?? _gate?.Hopeless) is { } problem)
            {
                return problem;
            }
            if (_state != State.Ended && end())
            {
                _state = State.Ended;
                _output.Complete();
            }
            if (_state == State.Outside && _gate?.MayJoin() != false)
            {
                Join();
            }
            if (MustMakeWay())
            {
                MadeWay = true;
                return null;
            }
            if (_state == State.Starting && _start.Step(_assigned, _board.ReplacedTopics) is { } resolution)
            {
                BeginReading(resolution);
            }
            TakeRequests();
            _pause.Set(WantsPause());
            Poll();
        }
        return null;
    }

    /// <summary>Forgets the assignment and closes the consumer; that can hang when brokers do, and then it does beyond the time given.</summary>
    public void Close(TimeSpan? patience)
    {
        _abandoned = true;
        if (_state != State.Ended)
        {
            _output.Void();
        }
        _board.Withdraw();
        if (patience is null)
        {
            _session.Close();
            return;
        }
        var closing = new Thread(_session.Close) { IsBackground = true, Name = "kafka-close" };
        closing.Start();
        closing.Join(patience.Value);
    }

    private void Join()
    {
        _session.Consumer.Subscribe(_context.Names.Both);
        _state = State.Unassigned;
        _changedAt = _context.Time.GetTimestamp();
    }

    // One that the group gave up, as after a long halt, comes back like a new one: another may be at work by now.
    private bool MustMakeWay() => _gate is { CanSee: true } gate
        && ((_lost && _state == State.Unassigned)
            || ((_state == State.Unassigned || (_state == State.Reading && _isIncomplete))
                && _context.Time.GetElapsedTime(_changedAt) > PatienceForAll && gate.MustLeave(_session.Consumer.MemberId)));

    private void Lose(List<TopicPartition> partitions)
    {
        Changed(partitions, _assigned.ExceptWith, "lost");
        if (_abandoned || _state == State.Ended || _gate is not { CanSee: true })
        {
            return;
        }
        _lost = true;

        // Before the client joins again by itself: leaving in the middle of that would leave a dead member behind, which keeps partitions for a session timeout.
        try
        {
            _session.Consumer.Unsubscribe();
        }
        catch (KafkaException e)
        {
            _context.Warn("unsubscribe", $"The group is not left: {e.Error.Reason}.");
        }
    }

    private bool WantsPause() => _state switch
    {
        State.Reading => _roomMissing,
        State.Starting => _context.Time.GetElapsedTime(_changedAt) > PatienceForStarts,
        _ => true,
    };

    private void Poll()
    {
        if (_state == State.Reading)
        {
            _roomMissing = !_output.HasRoom(_pause.IsPaused ? TimeSpan.FromMilliseconds(IdleWaitMs) : PatienceForRoom);
            if (_roomMissing != _pause.IsPaused)
            {
                return;
            }
        }
        int before = _output.Count;
        try
        {
            Result? result = _session.Consumer.Consume(before > 0 || _state == State.Starting ? BusyWaitMs : IdleWaitMs);
            if (result is not null)
            {
                Take(result);
            }
            else if (_state == State.Reading)
            {
                _output.FlushOld(_positions);
            }
        }
        catch (ConsumeException e)
        {
            _output.TruncateTo(Math.Min(before, _output.Count));
            Report(e.Error, e.ConsumerRecord?.TopicPartitionOffset);
        }
    }

    // HOT: once per record.
    private void Take(Result result)
    {
        if (_state != State.Reading)
        {
            return; // fetched before the start offsets were set; the seek brings it again if it is wanted
        }
        PartitionId partition = _context.Names.Id(result.Topic, result.Partition.Value);
        long offset = result.Offset.Value;
        long expected = _positions.Next(partition);
        if (result.IsPartitionEOF)
        {
            TakeEnd(partition, expected, offset);
            return;
        }
        if (_output.Count == 0)
        {
            _seekBack = true; // there was no room for it
            return;
        }
        if (offset != expected && !Follows(partition, expected, offset))
        {
            _output.TruncateTo(_output.Count - 1);
            return;
        }
        _positions.Set(partition, offset + 1);
        Timestamp timestamp = result.Message.Timestamp;
        _output.Accept(partition, offset, timestamp.Type == TimestampType.NotAvailable ? RecordBatch.NoTimestamp : timestamp.UnixTimestampMs);
    }

    private void TakeEnd(PartitionId partition, long expected, long offset)
    {
        if (expected == Positions.NotRead)
        {
            return;
        }
        if (offset > expected)
        {
            Jumped(partition, expected, offset);
        }
        _output.AtEnd(partition, offset);
        _output.FlushOld(_positions);
    }

    private bool Follows(PartitionId partition, long expected, long offset)
    {
        if (expected == Positions.NotRead)
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
        _positions.Set(partition, to);
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
        if (_assigned.Count == before)
        {
            return; // the cooperative protocol says so after every rebalance that leaves ours alone
        }
        _pause.AssignmentChanged();
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
        _board.Publish(_session, _assigned);
        if (_state == State.Ended)
        {
            return;
        }
        _output.Void();
        _positions.Clear();
        _start.Restart();
        _roomMissing = false;
        _seekBack = false;
        _changedAt = _context.Time.GetTimestamp();
        _state = _assigned.Count == 0 ? State.Unassigned : State.Starting;
        if (_state == State.Unassigned)
        {
            _context.NotReady($"no partitions are assigned: waiting for group {_context.Settings.GroupId}");
        }
    }

    private void BeginReading(Resolution resolution)
    {
        _positions.Start(resolution.Starts);
        _stalls.Restart();
        _state = State.Reading;
        _isIncomplete = resolution.Starts.Count < resolution.LatencyPartitions + resolution.AckPartitions;
        _context.Connected();
        _context.ReportStarts(resolution);
        long number = _board.PublishRead(_session, resolution);
        _output.Announce(new SourceElement.Assigned([.. resolution.Starts.Select(s => s.Assigned)], resolution.LatencyPartitions, resolution.AckPartitions)
        {
            Number = number,
        });
    }

    private void TakeRequests()
    {
        if (_state != State.Reading)
        {
            return;
        }
        if (_board.TakeResync() is { } reason)
        {
            Resync(reason);
        }
        else if (_seekBack && !_roomMissing)
        {
            Resync("records came while there was no room for them");
        }
        else if (_board.TakeEnds() is { } ends)
        {
            _output.EndOffsets(ends);
            LookForStall(ends);
        }
    }

    private void LookForStall(SourceElement.EndOffsets ends)
    {
        if (_roomMissing)
        {
            _stalls.Restart();
        }
        else if (_stalls.Look(ends, _positions) is { } partition)
        {
            string what = $"{_context.Names.Text(partition)} brings no records though it has more than {_positions.Next(partition)}";
            if (_stalls.Stalls >= 3)
            {
                _broken = what;
            }
            else
            {
                Resync(what);
            }
        }
    }

    private void Report(Error error, TopicPartitionOffset? where = null)
    {
        if (_context.Report(error, where))
        {
            _broken = error.Reason;
        }
    }
}

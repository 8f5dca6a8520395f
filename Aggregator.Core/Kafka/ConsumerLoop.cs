using Aggregator.Core.Records;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Kafka;

/// <summary>
/// The poll thread's work with one consumer: assignments come, get their start offsets, are read. Everything here runs on that thread, the rebalance handlers
/// included (Confluent.Kafka calls them within <see cref="IRecordTransport.Poll"/>), so nothing here needs a lock and nothing may block for long.
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
    private readonly RecordIntake _intake;
    private readonly HashSet<TopicPartition> _assigned = [];
    private ConsumerState _state = ConsumerState.Outside;
    private bool _isIncomplete;
    private bool _lost;
    private long _changedAt;
    private bool _roomMissing;
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
        _intake = new RecordIntake(context, output, board, Resync, Report);
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
            if (_state != ConsumerState.Ended && end())
            {
                _state = ConsumerState.Ended;
                _intake.Stop();
                _output.Complete();
            }
            if (_state == ConsumerState.Outside && _gate?.MayJoin() != false)
            {
                Join();
            }
            if (MustMakeWay())
            {
                MadeWay = true;
                return null;
            }
            if (_state == ConsumerState.Starting && _start.Step(_assigned, _board.ReplacedTopics) is { } resolution)
            {
                BeginReading(resolution);
            }
            TakeRequests();
            _intake.Lead.Look(_intake.Positions, _output.Batches);
            _pause.Set(WantsPause(), _intake.Lead);
            Poll();
            _context.Threads?.Look();
        }
        return null;
    }

    /// <summary>Forgets the assignment and closes the consumer; that can hang when brokers do, and then it does beyond the time given.</summary>
    public void Close(TimeSpan? patience)
    {
        _abandoned = true;
        if (_state != ConsumerState.Ended)
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
        _state = ConsumerState.Unassigned;
        _changedAt = _context.Time.GetTimestamp();
    }

    // One that the group gave up, as after a long halt, comes back like a new one: another may be at work by now.
    private bool MustMakeWay() => _gate is { CanSee: true } gate
        && ((_lost && _state == ConsumerState.Unassigned)
            || ((_state == ConsumerState.Unassigned || (_state == ConsumerState.Reading && _isIncomplete))
                && _context.Time.GetElapsedTime(_changedAt) > PatienceForAll && gate.MustLeave(() => _session.Consumer.MemberId)));

    private void Lose(List<TopicPartition> partitions)
    {
        Changed(partitions, _assigned.ExceptWith, "lost");
        if (_abandoned || _state == ConsumerState.Ended || _gate is not { CanSee: true })
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
        ConsumerState.Reading => _roomMissing,
        ConsumerState.Starting => _context.Time.GetElapsedTime(_changedAt) > PatienceForStarts,
        _ => true,
    };

    private void Poll()
    {
        if (_state == ConsumerState.Reading)
        {
            _roomMissing = !_output.HasRoom(_pause.IsPaused ? TimeSpan.FromMilliseconds(IdleWaitMs) : PatienceForRoom);
            if (_roomMissing != _pause.IsPaused)
            {
                return;
            }
        }
        _intake.IsHeldUp = _roomMissing;
        bool isLull = _session.Transport.Poll(_intake, _intake.IsIdle && _state != ConsumerState.Starting ? IdleWaitMs : BusyWaitMs);
        if (isLull && _state == ConsumerState.Reading)
        {
            _output.FlushOld(_intake.Positions);
        }
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
        if (_state == ConsumerState.Ended)
        {
            return;
        }
        _output.Void();
        _intake.Stop();
        _start.Restart();
        _roomMissing = false;
        _changedAt = _context.Time.GetTimestamp();
        _state = _assigned.Count == 0 ? ConsumerState.Unassigned : ConsumerState.Starting;
        if (_state == ConsumerState.Unassigned)
        {
            _context.NotReady($"no partitions are assigned: waiting for group {_context.Settings.GroupId}");
        }
    }

    private void BeginReading(Resolution resolution)
    {
        _intake.Begin(resolution.Starts);
        _stalls.Restart();
        _state = ConsumerState.Reading;
        _isIncomplete = resolution.Starts.Count < resolution.LatencyPartitions + resolution.AckPartitions;
        _context.Connected();
        _context.ReportStarts(resolution);
        long number = _board.PublishRead(_session, resolution);
        _output.Announce(new SourceElement.Assigned([.. resolution.Starts.Select(s => s.Assigned)], resolution.LatencyPartitions, resolution.AckPartitions)
        {
            Number = number,
        });
        // So that it is known at once how much was written before the start.
        _board.OfferEnds(number, resolution.Ends!);
    }

    private void TakeRequests()
    {
        if (_state != ConsumerState.Reading)
        {
            return;
        }
        if (_board.TakeResync() is { } reason)
        {
            Resync(reason);
        }
        else if (_intake.HasMissed && !_roomMissing)
        {
            Resync("records came while there was no room for them");
        }
        else if (_board.TakeEnds() is { } ends)
        {
            foreach ((PartitionId partition, long end) in ends.Ends)
            {
                _intake.Lead.Ends(partition, end);
            }
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
        else if (_stalls.Look(ends, _intake.Positions, _intake.Lead.Waiting) is { } partition)
        {
            string what = $"{_context.Names.Text(partition)} brings no records though it has more than {_intake.Positions.Next(partition)}";
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

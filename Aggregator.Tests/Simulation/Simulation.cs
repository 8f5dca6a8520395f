using System.Globalization;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Aggregator.Tests.Windows;

namespace Aggregator.Tests.Simulation;

/// <summary>
/// A small world run by a seed: two topics that are written to, a group, members that read, fold, publish and commit in any interleaving, crash, halt, are rebalanced
/// and taken over from, brokers that fall silent, clocks that are set. In the end everything that was published is held against the naive fold over the whole logs.
/// </summary>
internal sealed class Simulation
{
    private const string Joining = "a member joins";

    private readonly Random _random;
    private readonly RandomStream _stream;
    private readonly AggregationSettings _settings;
    private readonly SimulatedClock _clock = new(Windows.Records.T0 - 1_000);
    private readonly SimulatedCluster _cluster;
    private readonly PublishedResults _published;
    private readonly SimulationOracle _oracle;
    private readonly Queue<(long At, EnvelopeRecord Record)> _toWrite;
    private readonly List<string>? _trace;
    private readonly int[] _odds;
    private SimulatedMember _member;
    private SimulatedMember? _other;
    private bool _isUnsettled;

    private Simulation(int seed, List<string>? trace)
    {
        _trace = trace;
        _random = new(seed);
        _stream = RandomStream.Create(seed);
        _settings = _stream.Settings with { IdleTimeout = TimeSpan.FromSeconds(Pick(2, 3, 15)) };
        _cluster = new(_stream.Records.Select(record => record.Partition)
            .Append(new(RecordTopic.Latency, 0)).Append(new(RecordTopic.Ack, 0)).Distinct().Order(Comparer<PartitionId>.Create((left, right) => left.Index - right.Index)));
        _published = new(_settings, _cluster);
        _oracle = new(_settings, _cluster);
        _toWrite = SimulatedTraffic.Schedule(_stream, _random);
        _member = NewMember();
        trace?.AddRange(SimulatedTraffic.Describe(_settings, _toWrite));
        _cluster.Log = trace is null ? null : line => trace.Add("  committed " + line);
        // Worlds differ in what happens in them: in some nothing ever crashes, in some the brokers are silent half of the time.
        _odds = [.. Enum.GetValues<SimulatedEvent>().Select(what => what >= SimulatedEvent.Crash ? Pick(0, 0, 1, 1, 4) : Pick(5, 10, 20))];
    }

    /// <summary>How often each thing happened.</summary>
    public Dictionary<string, long> Reached { get; } = [];

    /// <summary>Runs a world to its end.</summary>
    /// <param name="seed">What happens.</param>
    /// <param name="trace">Takes a line for everything that happens; null for nothing.</param>
    /// <returns>What is wrong, or null; and what was reached.</returns>
    public static (string? Problem, IReadOnlyDictionary<string, long> Reached) Run(int seed, List<string>? trace = null)
    {
        Simulation simulation = new(seed, trace);
        string? problem;
        try
        {
            simulation.Live();
            simulation.Finish();
            problem = simulation.Difference();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            problem = e is BrokenInvariantException ? e.Message : e.ToString();
        }
        if (problem is not null)
        {
            trace?.AddRange(simulation._cluster.Passages.SelectMany(log => log.Value, (log, passage) => $"time passed over {log.Key}@{passage.Offset} to {passage.TimeMs}"));
            trace?.AddRange(simulation._published.Lines.Select(line => "published " + line));
        }
        return (problem, simulation.Reached);
    }

    private void Live()
    {
        int total = _odds.Sum();
        for (int steps = 0; _toWrite.Count > 0 && steps < 1_500; steps++)
        {
            if (!_member.IsReading || (_isUnsettled && _random.Next(4) == 0))
            {
                Join();
                continue;
            }
            int choice = _random.Next(total);
            int what = 0;
            while (choice >= _odds[what])
            {
                choice -= _odds[what++];
            }
            Do((SimulatedEvent)what);
        }
    }

    private void Do(SimulatedEvent what)
    {
        Note(what.ToString());
        SimulatedMember member = _other is not null && _random.Next(4) == 0 ? _other : _member;
        switch (what)
        {
            case SimulatedEvent.MomentPasses:
                Pass(_random.Next(1_000));
                break;
            case SimulatedEvent.NextRecordIsWritten:
                Watch(Math.Max(0, _toWrite.Peek().At - _clock.ElapsedMs) + 1);
                break;
            case SimulatedEvent.NothingHappensForAWhile:
                Watch((long)_settings.IdleTimeout.TotalMilliseconds + _random.Next(4_000));
                break;
            case SimulatedEvent.Poll:
                _member.Poll(_random, Pick(1, 3, 20));
                break;
            case SimulatedEvent.EndsAreNoticed:
                _member.NoticeEnds();
                break;
            case SimulatedEvent.EndsAreAsked:
                _member.Ask();
                break;
            case SimulatedEvent.AnswerComes:
                _member.TakeAnswer();
                break;
            case SimulatedEvent.Fold:
                Repeat(3, member.Fold);
                break;
            case SimulatedEvent.Publish:
                Repeat(3, member.Publish);
                break;
            case SimulatedEvent.Commit:
                member.Commit(arrives: _random.Next(6) > 0, isAnswered: _random.Next(6) > 0);
                break;
            default:
                Disturb(what);
                break;
        }
    }

    private void Disturb(SimulatedEvent what)
    {
        switch (what)
        {
            case SimulatedEvent.Crash:
                _member = NewMember();
                break;
            case SimulatedEvent.Rebalance:
                Join();
                break;
            case SimulatedEvent.Halt:
                // Another one takes over; the halted one comes to in the middle of what it was about.
                _other = _member;
                _member = NewMember();
                Pass(_random.Next(120_000));
                break;
            case SimulatedEvent.OtherTakesOver when _other is not null:
                _other.Unassign();
                (_member, _other) = (_other, _random.Next(2) == 0 ? null : _member);
                Join();
                break;
            case SimulatedEvent.BrokersFallSilent:
                _cluster.Answers = false;
                Pass(_random.Next(40_000));
                _cluster.Answers = true;
                break;
            case SimulatedEvent.ClockIsSet:
                _clock.Step(Pick(-3_600_000, -60_000, -5_000, 5_000, 60_000, 3_600_000));
                break;
            case SimulatedEvent.OldRecordsAreDeleted:
                foreach (SimulatedLog log in _cluster.Logs.Values)
                {
                    log.Retain(_cluster.Committed(log.Partition));
                }
                break;
        }
    }

    private void Join()
    {
        Note(Joining);
        _member.Unassign();
        _isUnsettled = _random.Next(5) == 0;
        _member.Assign(_cluster.Rebalance(), _random, all: !_isUnsettled);
    }

    /// <summary>Time passes while nobody does anything.</summary>
    private void Pass(long ms)
    {
        _clock.Advance(ms);
        while (_toWrite.TryPeek(out (long At, EnvelopeRecord Record) next) && next.At <= _clock.ElapsedMs)
        {
            _cluster.Logs[next.Record.Partition].Append(_toWrite.Dequeue().Record, next.At);
        }
    }

    /// <summary>Time passes while the member is at work and asks for the ends every second, as it does where nothing disturbs it.</summary>
    private void Watch(long ms)
    {
        long longest = (long)_settings.IdleTimeout.TotalMilliseconds + 4_000;
        Pass(Math.Max(0, ms - longest));
        bool keepsUp = _random.Next(3) > 0;
        for (long left = Math.Min(ms, longest); left > 0; left -= 1_000)
        {
            Pass(Math.Min(left, 1_000));
            if (_random.Next(20) > 0)
            {
                _member.Ask();
                _member.TakeAnswer();
            }
            if (keepsUp)
            {
                _member.Work(_random, commits: _random.Next(3) > 0);
            }
            else
            {
                Repeat(2, _member.Fold);
                Repeat(2, _member.Publish);
            }
        }
    }

    /// <summary>Everything is written, read, and so long over that it is final.</summary>
    private void Finish()
    {
        Note("the end");
        for (int i = 0; i < 100; i++)
        {
            _other?.Fold();
            _other?.Publish();
        }
        Pass(_toWrite.Select(entry => entry.At).DefaultIfEmpty(_clock.ElapsedMs).Max() - _clock.ElapsedMs);
        _isUnsettled = false;
        if (!_member.IsReading || _member.IsFenced || !_member.HasAll)
        {
            _member.Unassign();
            _member.Assign(_cluster.Rebalance(), _random, all: true);
        }
        // Time that passes over a partition now may make facts late, and so the duplicates of later ones count: they have windows that nobody knew of before.
        long endMs = _oracle.EndOfAll();
        do
        {
            _clock.Step(Math.Max(0, endMs - _clock.WallMs));
            Settle();
            endMs = _oracle.EndOfAll();
        }
        while (_clock.WallMs < endMs);
    }

    /// <summary>The member does all that is to be done at this time.</summary>
    private void Settle()
    {
        for (int second = 0; second < _settings.IdleTimeout.TotalSeconds + 8 || !_member.IsSettled; second++)
        {
            if (second > 10_000)
            {
                throw new BrokenInvariantException("it does not come to an end");
            }
            Pass(1_000);
            for (int tries = 0; !_member.HasRead && tries < 1_000; tries++)
            {
                _member.Work(_random, commits: true);
            }
            _member.Ask();
            _member.TakeAnswer();
            _member.Work(_random, commits: true);
        }
    }

    private string? Difference()
    {
        Reached["published again"] = _published.Repeated;
        Reached["after idle"] = Enum.GetValues<FactKind>().Sum(kind => _member.Counters.Late(kind, LateCause.AfterIdle));
        Reached["woken up"] = _cluster.Logs.Values.Count(log => _cluster.Passages[log.Partition].Any(passage => log.Next(passage.Offset) is not null));
        Reached["windows"] = _published.Lines.Count;
        bool isDisturbed = new[] { Joining, nameof(SimulatedEvent.Crash), nameof(SimulatedEvent.Halt) }.Sum(what => Reached.GetValueOrDefault(what)) > 1;
        Reached["undisturbed"] = isDisturbed ? 0 : 1;
        return _oracle.Difference(_published, isDisturbed ? null : _member.Counters);
    }

    private SimulatedMember NewMember() => new(_settings, _cluster, _clock, _published);

    private void Note(string what)
    {
        Reached[what] = Reached.GetValueOrDefault(what) + 1;
        _trace?.Add(string.Create(CultureInfo.InvariantCulture, $"{_clock.ElapsedMs,9} {what}: {_member}"));
    }

    private void Repeat(int most, Action action)
    {
        for (int i = 1 + _random.Next(most); i > 0; i--)
        {
            action();
        }
    }

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];
}

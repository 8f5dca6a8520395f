using Aggregator.Core.Scheduling;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Scheduling;

public class ThreadGatheringTests
{
    private const ulong Both = 0b11;
    private const ulong Second = 0b10;

    private readonly FakeTimeProvider _time = new();
    private readonly FakeThreads _threads = new();
    private readonly List<int?> _changes = [];
    private readonly ThreadGathering _gathering;

    public ThreadGatheringTests() => _gathering = new(_threads, "client", _time, _changes.Add);

    [Fact]
    public void Busy_threads_share_the_processor_of_the_caller_and_are_let_go_again()
    {
        Run(self: 100, client: 200);
        Run(self: 100, client: 200);

        Assert.Equal([1], _changes);
        Assert.Equal((Second, Second, Both), (_threads.Self.Mask, _threads.Client.Mask, _threads.Other.Mask));

        Run(self: 1, client: 1);

        Assert.Equal([1, null], _changes);
        Assert.Equal((Both, Both), (_threads.Self.Mask, _threads.Client.Mask));
    }

    [Fact]
    public void Nothing_is_looked_for_while_the_caller_has_little_to_do()
    {
        Run(self: 10, client: 450);
        Run(self: 10, client: 450);

        Assert.Equal(0, _threads.Searches);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Nothing_is_done_before_it_is_time()
    {
        _threads.Self.Runs(400);
        _time.Advance(ThreadGathering.Interval / 2);
        _gathering.Look();

        Assert.Equal(0, _threads.Reads);
    }

    [Fact]
    public void A_thread_that_comes_later_joins_the_others_and_is_let_go_with_them()
    {
        Run(self: 400, client: 0);
        Assert.Equal(Second, _threads.Client.Mask);

        FakeThread later = _threads.Add(30, "client-2");
        Run(self: 400, client: 0);
        Assert.Equal(Second, later.Mask);

        // Begun by one that is bound, so bound itself, and not seen before they are let go.
        FakeThread last = _threads.Add(40, "client-3");
        last.Mask = Second;
        _gathering.Release();

        Assert.Equal((Both, Both, Both), (_threads.Client.Mask, later.Mask, last.Mask));
    }

    [Fact]
    public void One_that_ended_is_passed_over()
    {
        Run(self: 400, client: 0);
        _threads.Remove(20);
        Run(self: 400, client: 0);
        _gathering.Release();

        Assert.Equal([1, null], _changes);
        Assert.Equal(Both, _threads.Self.Mask);
    }

    [Fact]
    public void Where_the_system_does_not_permit_it_nothing_is_tried_again()
    {
        _threads.Permits = false;
        Run(self: 400, client: 0);
        int reads = _threads.Reads;
        Run(self: 400, client: 0);

        Assert.Equal(reads, _threads.Reads);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Where_the_system_tells_nothing_nothing_is_asked_again()
    {
        _threads.Remove(IThreadBinding.Self);
        Run(self: 400, client: 0);
        Run(self: 400, client: 0);

        Assert.Equal(1, _threads.Reads);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Letting_go_what_is_not_bound_does_nothing()
    {
        _gathering.Release();

        Assert.Empty(_changes);
        Assert.Equal(0, _threads.Binds);
    }

    private void Run(int self, int client)
    {
        _threads.Self.Runs(self);
        _threads.Client.Runs(client);
        _time.Advance(ThreadGathering.Interval);
        _gathering.Look();
    }

    private sealed class FakeThread(string name)
    {
        public string Name => name;

        public ThreadUse Use { get; private set; }

        public ulong Mask { get; set; } = Both;

        public void Runs(int milliseconds) => Use = new(Use.Running + TimeSpan.FromMilliseconds(milliseconds), TimeSpan.Zero);
    }

    private sealed class FakeThreads : IThreadBinding
    {
        private readonly Dictionary<int, FakeThread> _threads = [];

        public FakeThreads()
        {
            Self = Add(IThreadBinding.Self, "poll");
            Client = Add(20, "client-1");
            Other = Add(25, "worker");
        }

        public FakeThread Self { get; }

        public FakeThread Client { get; }

        public FakeThread Other { get; }

        public bool Permits { get; set; } = true;

        public int Searches { get; private set; }

        public int Reads { get; private set; }

        public int Binds { get; private set; }

        public int CurrentProcessor => 1;

        public FakeThread Add(int id, string name) => _threads[id] = new(name);

        public void Remove(int id) => _threads.Remove(id);

        public IReadOnlyList<int> Named(string prefix)
        {
            Searches++;
            return [.. _threads.Where(thread => thread.Value.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(thread => thread.Key)];
        }

        public bool TryReadUse(int thread, out ThreadUse use)
        {
            Reads++;
            use = _threads.GetValueOrDefault(thread)?.Use ?? default;
            return _threads.ContainsKey(thread);
        }

        public IReadOnlyList<ulong> Allowed() => [Self.Mask, 0];

        public bool TryBind(int thread, IReadOnlyList<ulong> processors)
        {
            Binds++;
            if (!Permits || !_threads.TryGetValue(thread, out FakeThread? found))
            {
                return false;
            }
            found.Mask = processors[0];
            return true;
        }
    }
}

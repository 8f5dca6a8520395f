using System.Diagnostics;
using System.Numerics;
using Aggregator.Core.Scheduling;
using Xunit;

namespace Aggregator.Tests.Scheduling;

public class LinuxThreadsTests
{
    private readonly LinuxThreads _threads = new();

    [Fact]
    public void A_thread_is_found_by_its_name_bound_and_let_go() => InThread("to-be-bound", () =>
    {
        int thread = Assert.Single(_threads.Named("to-be-"));
        Assert.Empty(_threads.Named("no-such-thread"));
        IReadOnlyList<ulong> allowed = _threads.Allowed();
        int processor = _threads.CurrentProcessor;
        ulong[] one = new ulong[allowed.Count];
        one[processor / 64] = 1UL << (processor % 64);
        Assert.NotEqual(0UL, allowed[processor / 64] & one[processor / 64]);

        Assert.True(_threads.TryBind(thread, one));
        Assert.Equal(1, _threads.Allowed().Sum(BitOperations.PopCount));
        Assert.Equal(processor, _threads.CurrentProcessor);

        Assert.True(_threads.TryBind(IThreadBinding.Self, allowed));
        Assert.Equal(allowed, _threads.Allowed());
    });

    [Fact]
    public void What_it_runs_is_told_by_number_and_as_the_caller() => InThread("at-work", () =>
    {
        int thread = Assert.Single(_threads.Named("at-work"));
        Assert.True(_threads.TryReadUse(thread, out ThreadUse before));
        ThreadUse used = default;
        long started = Stopwatch.GetTimestamp();
        while (used.Running < TimeSpan.FromMilliseconds(20))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60));
            Assert.True(_threads.TryReadUse(IThreadBinding.Self, out ThreadUse now));
            used = now - before;
        }
        Assert.True(used.Waiting >= TimeSpan.Zero);
    });

    [Fact]
    public void A_thread_that_does_not_exist_has_used_nothing_and_cannot_be_bound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has it");

        Assert.False(_threads.TryReadUse(int.MaxValue, out _));
        Assert.False(_threads.TryBind(int.MaxValue, _threads.Allowed()));
    }

    [Fact]
    public void A_thread_begun_by_one_that_is_bound_may_run_anywhere() => InThread("begins-another", () =>
    {
        // The runtime sees to that: else threads of the pool that the poll thread happens to begin would stay where it was.
        IReadOnlyList<ulong> allowed = _threads.Allowed();
        int processor = _threads.CurrentProcessor;
        ulong[] one = new ulong[allowed.Count];
        one[processor / 64] = 1UL << (processor % 64);
        Assert.True(_threads.TryBind(IThreadBinding.Self, one));

        IReadOnlyList<ulong> inherited = [];
        Thread begun = new(() => inherited = _threads.Allowed());
        begun.Start();
        begun.Join();

        Assert.Equal(allowed, inherited);
    });

    // Each by another name: one that has ended may be seen for a moment more.
    private static void InThread(string name, Action test)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has it");
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(test)) { Name = name };
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException("failed in its thread", failure);
        }
    }
}

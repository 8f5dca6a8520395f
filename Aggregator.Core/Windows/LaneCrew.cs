namespace Aggregator.Core.Windows;

/// <summary>
/// Lets lanes work at the same time, and waits for all of them. The caller does the first lane's work itself; the others are done by threads of the pool, or by the caller where none
/// came in time. A thread that has done its part looks out for the next one for a moment before it goes: to wake one up takes as long as folding hundreds of records
/// (FoldBenchmark with two lanes). While nothing is to be done no thread is kept.
/// </summary>
/// <param name="lanes">How many lanes there are.</param>
/// <param name="work">Does the work of one.</param>
// HOT: once per batch.
internal sealed class LaneCrew(int lanes, Action<int> work)
{
    /// <summary>How long a thread looks out for more work: longer than it takes until the next batch comes, where many are waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMicroseconds(50);

    private readonly Helper[] _helpers = [.. Enumerable.Range(1, lanes - 1).Select(lane => new Helper(lane, work))];

    /// <summary>Does the work of all lanes.</summary>
    /// <param name="isWorthThreads">False where it is so little that others would come too late: the caller does all of it.</param>
    /// <exception cref="AggregateException">Some of it failed; all of it has ended.</exception>
    public void Run(bool isWorthThreads)
    {
        if (!isWorthThreads)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                work(lane);
            }
            return;
        }
        foreach (Helper helper in _helpers)
        {
            helper.Offer();
        }
        List<Exception>? failures = null;
        try
        {
            work(0);
        }
        catch (Exception e)
        {
            (failures ??= []).Add(e);
        }
        foreach (Helper helper in _helpers)
        {
            helper.DoUnlessTaken();
        }
        foreach (Helper helper in _helpers)
        {
            if (helper.Wait() is { } failure)
            {
                (failures ??= []).Add(failure);
            }
        }
        if (failures is not null)
        {
            throw new AggregateException(failures);
        }
    }

    private sealed class Helper(int lane, Action<int> work) : IThreadPoolWorkItem
    {
        private const int Idle = 0;
        private const int Offered = 1;
        private const int Taken = 2;
        private const int Done = 3;

        private int _state;
        private int _isPresent;
        private Exception? _failure;

        /// <summary>There is work; calls for a thread unless one is looking out.</summary>
        public void Offer()
        {
            Interlocked.Exchange(ref _state, Offered);
            if (Interlocked.Exchange(ref _isPresent, 1) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        /// <summary>Does the work here where no thread has begun with it.</summary>
        public void DoUnlessTaken()
        {
            if (TryTake())
            {
                Do();
            }
        }

        /// <summary>Waits until the work is done.</summary>
        /// <returns>Why it failed; null where it did not.</returns>
        public Exception? Wait()
        {
            SpinWait spin = default;
            while (Volatile.Read(ref _state) != Done)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
            _state = Idle;
            return _failure;
        }

        public void Execute()
        {
            do
            {
                LookOut();
                Interlocked.Exchange(ref _isPresent, 0);
                // What was offered until then was left to this thread.
            }
            while (Volatile.Read(ref _state) == Offered && Interlocked.Exchange(ref _isPresent, 1) == 0);
        }

        private void LookOut()
        {
            SpinWait spin = default;
            long since = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(since) < Patience)
            {
                if (TryTake())
                {
                    Do();
                    spin = default;
                    since = TimeProvider.System.GetTimestamp();
                }
                else
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }
            }
        }

        private bool TryTake() => Volatile.Read(ref _state) == Offered && Interlocked.CompareExchange(ref _state, Taken, Offered) == Offered;

        private void Do()
        {
            _failure = null;
            try
            {
                work(lane);
            }
            catch (Exception e)
            {
                _failure = e;
            }
            Volatile.Write(ref _state, Done);
        }
    }
}

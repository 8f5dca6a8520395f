namespace Aggregator.Core.Scheduling;

/// <summary>
/// Keeps the calling thread and some others on one processor while <see cref="GatheringRule"/> says so, each of them where the system likes otherwise. One thread makes all calls.
/// </summary>
/// <param name="threads">The system.</param>
/// <param name="prefix">How the names of the other threads begin.</param>
/// <param name="time">The clock.</param>
/// <param name="changed">Is told of a change: the processor that is shared, or null.</param>
internal sealed class ThreadGathering(IThreadBinding threads, string prefix, TimeProvider time, Action<int?> changed)
{
    /// <summary>How often it is looked whether that is still right.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>What the calling thread wants of a processor before the others are looked for at all, which takes some hundred microseconds.</summary>
    private const double LookShare = 0.1;

    private const int MaskBits = 64;

    private readonly GatheringRule _rule = new();
    private readonly HashSet<int> _bound = [];
    private Dictionary<int, ThreadUse> _known = [];
    private IReadOnlyList<ulong> _allowed = [];
    private ulong[] _one = [];
    private ThreadUse _self;
    private long _lookedAt = time.GetTimestamp();
    private bool _isOff;

    /// <summary>Looks, when it is time.</summary>
    public void Look()
    {
        TimeSpan elapsed = time.GetElapsedTime(_lookedAt);
        if (_isOff || elapsed < Interval)
        {
            return;
        }
        _lookedAt = time.GetTimestamp();
        if (!threads.TryReadUse(IThreadBinding.Self, out ThreadUse self))
        {
            _isOff = true;
            return;
        }
        ThreadUse used = self - _self;
        _self = self;
        if (!_rule.IsGathered && used.Running + used.Waiting < elapsed * LookShare)
        {
            return;
        }
        IReadOnlyList<int> others = threads.Named(prefix);
        if (_rule.Next(elapsed, [used, .. UsesOf(others)]))
        {
            Gather(others);
        }
        else
        {
            Release();
        }
    }

    /// <summary>Lets the threads go.</summary>
    public void Release()
    {
        if (_bound.Count == 0)
        {
            return;
        }
        // Those too that a bound one started since: a thread begins where its creator may run.
        foreach (int thread in _bound.Union(threads.Named(prefix)))
        {
            threads.TryBind(thread, _allowed);
        }
        _bound.Clear();
        changed(null);
    }

    private List<ThreadUse> UsesOf(IReadOnlyList<int> others)
    {
        List<ThreadUse> uses = [];
        Dictionary<int, ThreadUse> now = [];
        foreach (int thread in others)
        {
            if (threads.TryReadUse(thread, out ThreadUse use))
            {
                now[thread] = use;
                if (_known.TryGetValue(thread, out ThreadUse before))
                {
                    uses.Add(use - before);
                }
            }
        }
        _known = now;
        return uses;
    }

    private void Gather(IReadOnlyList<int> others)
    {
        if (_bound.Count == 0 && !BindSelf())
        {
            _isOff = true;
            return;
        }
        foreach (int thread in others)
        {
            if (!_bound.Contains(thread) && threads.TryBind(thread, _one))
            {
                _bound.Add(thread);
            }
        }
    }

    private bool BindSelf()
    {
        _allowed = threads.Allowed();
        int processor = threads.CurrentProcessor;
        if (processor < 0 || processor >= _allowed.Count * MaskBits)
        {
            return false;
        }
        _one = new ulong[_allowed.Count];
        _one[processor / MaskBits] = 1UL << (processor % MaskBits);
        if (!threads.TryBind(IThreadBinding.Self, _one))
        {
            return false;
        }
        _bound.Add(IThreadBinding.Self);
        changed(processor);
        return true;
    }
}

namespace Aggregator.Core.Scheduling;

/// <summary>The threads of this process as the system sees them.</summary>
internal interface IThreadBinding
{
    /// <summary>Stands for the thread that asks.</summary>
    const int Self = 0;

    /// <summary>On which processor the calling thread runs.</summary>
    int CurrentProcessor { get; }

    /// <summary>The threads whose name begins like this.</summary>
    IReadOnlyList<int> Named(string prefix);

    /// <summary>What a thread had of the processors since it began.</summary>
    /// <returns>False where it has ended, or the system does not tell.</returns>
    bool TryReadUse(int thread, out ThreadUse use);

    /// <summary>The processors on which the calling thread may run, a bit for each; empty where the system does not tell.</summary>
    IReadOnlyList<ulong> Allowed();

    /// <summary>Says where a thread may run.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="processors">A bit for each processor.</param>
    /// <returns>False where it has ended, or the system does not permit it.</returns>
    bool TryBind(int thread, IReadOnlyList<ulong> processors);
}

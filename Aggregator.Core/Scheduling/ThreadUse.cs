namespace Aggregator.Core.Scheduling;

/// <summary>What a thread had of the processors.</summary>
/// <param name="Running">How long it ran.</param>
/// <param name="Waiting">How long it could have run, but waited for its turn.</param>
internal readonly record struct ThreadUse(TimeSpan Running, TimeSpan Waiting)
{
    public static ThreadUse operator -(ThreadUse left, ThreadUse right) => new(left.Running - right.Running, left.Waiting - right.Waiting);
}

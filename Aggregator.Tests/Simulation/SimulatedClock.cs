namespace Aggregator.Tests.Simulation;

/// <summary>A wall clock that may be set, and a monotonic one that may not.</summary>
internal sealed class SimulatedClock(long wallMs) : TimeProvider
{
    /// <summary>The wall clock, ms since the epoch.</summary>
    public long WallMs { get; private set; } = wallMs;

    /// <summary>The monotonic clock, ms.</summary>
    public long ElapsedMs { get; private set; } = 1_000;

    public override long TimestampFrequency => 1_000;

    public override long GetTimestamp() => ElapsedMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(WallMs);

    /// <summary>Time passes.</summary>
    public void Advance(long ms)
    {
        WallMs += ms;
        ElapsedMs += ms;
    }

    /// <summary>Somebody sets the wall clock.</summary>
    public void Step(long ms) => WallMs += ms;
}
